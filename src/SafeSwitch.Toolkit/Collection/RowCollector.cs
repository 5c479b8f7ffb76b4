using System.Numerics.Tensors;
using System.Text;
using SafeSwitch.Backends;

namespace SafeSwitch.Toolkit.Collection;

/// <summary>Collects one row after another in one session, each from where it parts from the row before.</summary>
internal sealed class RowCollector
{
    private readonly ILanguageModel model;
    private readonly IDecodingSession session;
    private readonly CollectionOptions options;
    private readonly ShardWriter writer;
    private readonly PromptStates[] layers;
    private readonly PromptStates final;
    private readonly ITokenTextStream text;
    private EncodedRow? previous;

    public RowCollector(
        ILanguageModel model, IDecodingSession session, CollectionOptions options, ShardWriter writer, int longestPrompt)
    {
        this.model = model;
        this.session = session;
        this.options = options;
        this.writer = writer;
        layers = [.. options.Layers.Select(l => new PromptStates(l, model.Info.HiddenSize, longestPrompt))];
        final = layers.FirstOrDefault(l => l.Layer == options.FinalLayer)
            ?? new PromptStates(options.FinalLayer, model.Info.HiddenSize, longestPrompt);
        text = model.Tokenizer.CreateTextStream();
    }

    /// <summary>Prompt tokens that the model ran.</summary>
    public long TokensRun { get; private set; }

    /// <summary>Answer tokens that the model decoded.</summary>
    public long AnswerTokens { get; private set; }

    public async ValueTask CollectAsync(EncodedRow row, CancellationToken cancellationToken)
    {
        await RunPromptAsync(row, cancellationToken).ConfigureAwait(false);
        var positions = AppendPrompt(row);

        var collected = new CollectedRow { Data = row.Request.Row, PromptTokens = row.Length, Positions = positions };
        if (row.Request.WithAnswer)
        {
            var (answer, pilot) = await AnswerAsync(cancellationToken).ConfigureAwait(false);
            collected = collected with { Answer = answer, Complied = !options.IsRefusal(answer), PilotTokens = pilot };
            session.Rewind(row.Length);
        }

        if (row.Request.Refusal is { } refusal)
        {
            await RefuseAsync(row, cancellationToken).ConfigureAwait(false);
            collected = collected with { Refusal = refusal, RefusalTokens = row.RefusalTokens.Length };
            session.Rewind(row.Length);
        }

        writer.Complete(collected);
        previous = row;
    }

    private async ValueTask RunPromptAsync(EncodedRow row, CancellationToken cancellationToken)
    {
        // The last token runs in any case: the answer starts from its logits.
        var shared = previous is null || !options.ReusePrefixes ? 0 : Math.Min(row.CommonPrefix(previous), row.Length - 1);
        session.Rewind(shared);
        await session.PrefillAsync(row.Prompt.Tokens[shared..], cancellationToken).ConfigureAwait(false);
        TokensRun += row.Length - shared;
        foreach (var layer in layers)
            layer.Read(session, shared);
        if (row.Request.Refusal is not null && !layers.Contains(final))
            final.Read(session, shared);
    }

    private int AppendPrompt(EncodedRow row)
    {
        var mask = row.Prompt.ContentMask.Span;
        var content = mask.Length - mask.Count(0f);
        foreach (var layer in layers)
        {
            var destination = writer.Append(layer.Layer, content + 1);
            var width = model.Info.HiddenSize;
            var to = 0;
            for (var i = 0; i < mask.Length; i++)
            {
                if (mask[i] != 0)
                    layer[i].CopyTo(destination[(to++ * width)..]);
            }

            layer[mask.Length - 1].CopyTo(destination[(to * width)..]);
        }

        return content;
    }

    private async ValueTask<(string Answer, int Pilot)> AnswerAsync(CancellationToken cancellationToken)
    {
        var answer = new StringBuilder();
        var pilot = 0;
        text.Reset();
        for (var i = 0; i < options.AnswerTokens; i++)
        {
            var token = TensorPrimitives.IndexOfMax(session.Logits);
            if (model.Info.EndTokens.Contains(token))
                break;
            answer.Append(text.Append(token));
            AnswerTokens++;
            if (i == options.AnswerTokens - 1 && pilot >= options.PilotTokens)
                break;
            await session.DecodeAsync(token, cancellationToken).ConfigureAwait(false);
            if (pilot < options.PilotTokens)
            {
                foreach (var layer in layers)
                    layer.Convert(session.GetHiddenStates(layer.Layer), 0, writer.Append(layer.Layer, 1));
                pilot++;
            }
        }

        answer.Append(text.Flush());
        return (answer.ToString(), pilot);
    }

    /// <summary>The prompt's last position predicts the refusal's first token, each of its tokens the next.</summary>
    private async ValueTask RefuseAsync(EncodedRow row, CancellationToken cancellationToken)
    {
        var tokens = row.RefusalTokens;
        await session.PrefillAsync(tokens[..^1], cancellationToken).ConfigureAwait(false);
        Append();

        void Append()
        {
            var width = model.Info.HiddenSize;
            var destination = writer.AppendRefusalStates(tokens.Span);
            final[row.Length - 1].CopyTo(destination);
            var states = session.GetHiddenStates(options.FinalLayer);
            for (var i = 0; i < states.Positions; i++)
                final.Convert(states, i, destination.Slice((i + 1) * width, width));
        }
    }
}
