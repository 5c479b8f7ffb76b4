using SafeSwitch.Backends;

namespace SafeSwitch.Training.States;

/// <summary>Collects one row after another in one session, each from where it parts from the row before.</summary>
internal sealed class RowCollector : IDisposable
{
    private readonly DecodingSession session;
    private readonly CollectionOptions options;
    private readonly int width;
    private readonly PromptStates[] layers;
    private readonly IAnswerDecoder answers;
    private EncodedRow? previous;

    /// <param name="model">The model.</param>
    /// <param name="session">A session of it with room for every row.</param>
    /// <param name="setup">What to keep.</param>
    /// <param name="longestPrompt">Tokens of the longest prompt.</param>
    /// <param name="answersOf">Makes what decodes the answers, from what begins one.</param>
    public RowCollector(
        ILanguageModel model,
        DecodingSession session,
        CollectionSetup setup,
        int longestPrompt,
        Func<Func<PendingRow, AnswerDraft>, IAnswerDecoder> answersOf)
    {
        this.session = session;
        options = setup.Options;
        width = model.Info.HiddenSize;
        layers = [.. setup.Layers.Select(l => new PromptStates(l, width, longestPrompt))];
        answers = answersOf(row => new AnswerDraft(row, model, setup, layers));
    }

    /// <summary>Prompt tokens that the model ran.</summary>
    public long TokensRun { get; private set; }

    /// <summary>Answer tokens that the model decoded.</summary>
    public long AnswerTokens => answers.Tokens;

    /// <returns>Rows that are complete now: this one, or those that waited with it; maybe none.</returns>
    public async ValueTask<IReadOnlyList<PendingRow>> CollectAsync(EncodedRow encoded, CancellationToken cancellationToken)
    {
        await RunPromptAsync(encoded, cancellationToken).ConfigureAwait(false);
        var row = new PendingRow(encoded, [.. layers.Select(l => l.Layer)], width);
        KeepPrompt(row);

        IReadOnlyList<PendingRow> complete = [row];
        if (encoded.Request.WithAnswer)
        {
            complete = await answers.AnswerAsync(row, cancellationToken).ConfigureAwait(false);
            session.Rewind(encoded.Length);
        }

        if (encoded.Request.Refusal is not null)
        {
            await RefuseAsync(row, cancellationToken).ConfigureAwait(false);
            session.Rewind(encoded.Length);
        }

        previous = encoded;
        return complete;
    }

    /// <returns>The rows that waited for others to be answered with.</returns>
    public ValueTask<IReadOnlyList<PendingRow>> FinishAsync(CancellationToken cancellationToken) => answers.FinishAsync(cancellationToken);

    public void Dispose() => answers.Dispose();

    private async ValueTask RunPromptAsync(EncodedRow row, CancellationToken cancellationToken)
    {
        // The last token runs in any case: the answer starts from its logits.
        var shared = previous is null || !options.ReusePrefixes ? 0 : Math.Min(row.CommonPrefix(previous), row.Length - 1);
        session.Rewind(shared);
        await session.PrefillAsync(row.Prompt.Tokens[shared..], cancellationToken).ConfigureAwait(false);
        TokensRun += row.Length - shared;
        foreach (var layer in layers)
            layer.Read(session, shared);
    }

    private void KeepPrompt(PendingRow row)
    {
        var mask = row.Row.Prompt.ContentMask.Span;
        var kept = KeptStates.Count(options.Keep, mask);
        foreach (var layer in layers)
        {
            var destination = row.Append(layer.Layer, kept + 1);
            if (options.Keep == KeptPositions.Pooled && kept > 0)
                layer.Average(mask, destination[..width]);
            else if (kept > 0)
                layer.Copy(mask, destination);
            layer[mask.Length - 1].CopyTo(destination[(kept * width)..]);
        }

        row.Result = row.Result with { Positions = kept };
    }

    /// <summary>The prompt's last position predicts the refusal's first token, each of its tokens the next.</summary>
    private async ValueTask RefuseAsync(PendingRow row, CancellationToken cancellationToken)
    {
        var tokens = row.Row.RefusalTokens;
        await session.PrefillAsync(tokens[..^1], cancellationToken).ConfigureAwait(false);
        Keep();
        row.Result = row.Result with { Refusal = row.Row.Request.Refusal, RefusalTokens = tokens.Length };

        void Keep()
        {
            var final = layers[^1];
            var destination = row.AppendRefusal();
            final[row.Row.Length - 1].CopyTo(destination);
            var states = session.GetHiddenStates(final.Layer);
            for (var i = 0; i < states.Positions; i++)
                final.Convert(states, i, destination.Slice((i + 1) * width, width));
        }
    }
}
