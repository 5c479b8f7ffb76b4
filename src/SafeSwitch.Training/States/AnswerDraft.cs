using System.Numerics.Tensors;
using System.Text;
using SafeSwitch.Backends;

namespace SafeSwitch.Training.States;

/// <summary>A greedy answer while it is decoded: which token comes next, and what is kept. How the tokens are run is not its matter.</summary>
internal sealed class AnswerDraft(PendingRow row, ILanguageModel model, CollectionOptions options, IReadOnlyList<PromptStates> layers)
{
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
    /// <param name="position">Where in them this answer stands.</param>
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
        row.Result = row.Result with { Answer = said, Complied = !options.IsRefusal(said), PilotTokens = pilot };
        return row;
    }
}
