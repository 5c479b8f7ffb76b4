using System.Numerics.Tensors;
using System.Text;
using SafeSwitch.Backends;

namespace SafeSwitch.Training.States;

/// <summary>Lets the model answer rows whose prompts were run, one by one or several at once.</summary>
internal interface IAnswerDecoder : IDisposable
{
    /// <summary>Answer tokens decoded so far.</summary>
    long Tokens { get; }

    /// <summary>Takes a row whose prompt the session has just run; the session is rewound by the caller.</summary>
    /// <returns>Rows whose answers are finished: this one, none, or those that waited with it.</returns>
    ValueTask<IReadOnlyList<PendingRow>> AnswerAsync(PendingRow row, CancellationToken cancellationToken);

    /// <summary>Finishes the rows that wait.</summary>
    ValueTask<IReadOnlyList<PendingRow>> FinishAsync(CancellationToken cancellationToken);
}

/// <summary>A greedy answer while it is decoded: which token comes next, and what is kept. How the tokens are run is decided elsewhere.</summary>
internal sealed class AnswerDraft(PendingRow row, ILanguageModel model, CollectionSetup setup, IReadOnlyList<PromptStates> layers)
{
    private readonly CollectionOptions options = setup.Options;
    private readonly ITokenTextStream text = model.Tokenizer.CreateTextStream();
    private readonly StringBuilder answer = new();
    private int pilot;

    public PendingRow Row => row;

    /// <summary>Tokens of the answer so far.</summary>
    public int Tokens { get; private set; }

    /// <summary>The token to run after these logits; <see langword="null"/> if the answer ends, or the rest of it would not be kept.</summary>
    public int? Next(ReadOnlySpan<float> logits)
    {
        if (Tokens == options.AnswerTokens)
            return null;
        var token = TensorPrimitives.IndexOfMax(logits);
        if (model.Info.EndTokens.Contains(token))
            return null;
        answer.Append(text.Append(token));
        Tokens++;
        // The last token's own state may still be wanted.
        return Tokens == options.AnswerTokens && pilot >= options.PilotTokens ? null : token;
    }

    /// <summary>The token was run: keeps its states, if they are among the first.</summary>
    /// <param name="statesOf">The states of a layer.</param>
    /// <param name="position">This answer's position in them.</param>
    public void Ran(Func<string, HiddenStates> statesOf, int position)
    {
        if (pilot >= options.PilotTokens)
            return;
        foreach (var layer in layers)
            layer.Convert(statesOf(layer.Layer), position, row.Append(layer.Layer, 1));
        pilot++;
    }

    /// <summary>Writes the answer into the row.</summary>
    public PendingRow Finish()
    {
        var said = answer.Append(text.Flush()).ToString();
        row.Result = row.Result with { Answer = said, Complied = !setup.IsRefusal(said), PilotTokens = pilot };
        return row;
    }
}

/// <summary>Decodes each answer in the session that ran its prompt, right after it.</summary>
internal sealed class SingleAnswers(DecodingSession session, Func<PendingRow, AnswerDraft> begin) : IAnswerDecoder
{
    public long Tokens { get; private set; }

    public async ValueTask<IReadOnlyList<PendingRow>> AnswerAsync(PendingRow row, CancellationToken cancellationToken)
    {
        var draft = begin(row);
        while (draft.Next(session.Logits) is { } token)
        {
            await session.DecodeAsync(token, cancellationToken).ConfigureAwait(false);
            draft.Ran(session.GetHiddenStates, 0);
        }

        Tokens += draft.Tokens;
        return [draft.Finish()];
    }

    public ValueTask<IReadOnlyList<PendingRow>> FinishAsync(CancellationToken cancellationToken) => new([]);

    public void Dispose()
    {
    }
}
