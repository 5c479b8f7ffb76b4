using System.Numerics.Tensors;
using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Onnx;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Adapters;

/// <summary>Loads a written adapter in the backend and looks at what it does there.</summary>
internal sealed class AdapterCheck(string decoderFolder, string adapterPath, int threads)
{
    private const string Adapter = AdapterRecord.Refusal;
    private const string FinalState = GraphNames.HiddenStates;
    private const int MostTokens = 96;
    private const int RowsPerSet = 12;

    /// <summary>The head is run in another batch than in the decoder, and it may quantize activations: logits agree to about this share of their range.</summary>
    private const float Tolerance = 0.02f;

    /// <summary>Compares the decoder's logits with the adapter on to those of head, branch and transform.</summary>
    /// <exception cref="SafeSwitchException">They differ: the adapter does something else than was trained.</exception>
    public async Task CompareLogitsAsync(IBaseHead head, LoraWeights weights, CancellationToken cancellationToken)
    {
        var model = Load();
        await using (model.ConfigureAwait(false))
        {
            var tokens = model.Tokenizer.Encode([PromptMessage.User("How are you?")]).Tokens;
            var session = await OpenAsync(model, tokens.Length, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                session.SetAdapter(Adapter);
                await session.PrefillAsync(tokens, cancellationToken).ConfigureAwait(false);
                var found = session.Logits.ToArray();
                var state = new float[head.HiddenSize];
                var states = session.GetHiddenStates(FinalState);
                states.CopyRow(states.Positions - 1, state);

                var expected = Expected(head, weights, state);
                var range = TensorPrimitives.Max<float>(expected) - TensorPrimitives.Min<float>(expected);
                var off = found.Zip(expected, (f, e) => Math.Abs(f - e)).Max();
                if (!(off <= Tolerance * range))
                    throw new SafeSwitchException($"'{adapterPath}': the decoder's logits with it are off by {off} of a range of {range}; it was not written.");
            }
        }
    }

    /// <summary>Lets the adapted model refuse held-out requests, some of every set.</summary>
    /// <param name="rows">The rows, of whatever split.</param>
    /// <param name="texts">The texts that the refusals came from, to tell whether a refusal names its topic; <see langword="null"/> if unknown.</param>
    /// <param name="seed">What the requests are chosen by.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<RefusalQuality> RefuseAsync(
        IReadOnlyList<DataRow> rows, RefusalTexts? texts, int seed, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var finder = new RequestFinder(rows);
        var chosen = rows.Where(r => r is { Harmful: true, Split: DataSplits.Validation })
            .GroupBy(r => r.Set, StringComparer.Ordinal)
            .SelectMany(g => RowSample.Pick(g, RowsPerSet, seed, "check"))
            .ToList();
        var meter = new ProgressMeter(progress, "adapter check", "refusals", chosen.Count);
        var quality = new RefusalQuality(0, 0, 0, texts is null ? null : 0);
        var model = Load();
        await using (model.ConfigureAwait(false))
        {
            foreach (var row in chosen)
            {
                var (answer, ended) = await RefuseAsync(model, row, cancellationToken).ConfigureAwait(false);
                var refused = RefusalMatcher.IsRefusal(answer);
                quality = new RefusalQuality(
                    quality.Answers + 1,
                    quality.Refused + (refused ? 1 : 0),
                    quality.Fluent + (refused && Fluency.IsFluent(answer, isCut: !ended) ? 1 : 0),
                    quality.NamedTopic + (refused && texts?.NamesTopic(answer, finder.Find(row)) == true ? 1 : 0));
                meter.Add(1);
            }
        }

        return quality;
    }

    private static float[] Expected(IBaseHead head, LoraWeights weights, float[] state)
    {
        var logits = new float[head.VocabularySize];
        head.Run(state, 1, logits);
        var folded = weights.FoldedB();
        for (var k = 0; k < weights.Rank; k++)
        {
            var low = 0f;
            for (var h = 0; h < state.Length; h++)
                low += state[h] * weights.A[h * weights.Rank + k];
            TensorPrimitives.MultiplyAdd(folded.AsSpan(k * logits.Length, logits.Length), low, logits, logits);
        }

        head.Transform.Apply(logits);
        return logits;
    }

    private static async Task<(string Answer, bool Ended)> RefuseAsync(OnnxLanguageModel model, DataRow row, CancellationToken cancellationToken)
    {
        var tokens = model.Tokenizer.Encode(row.Messages).Tokens;
        var session = await OpenAsync(model, tokens.Length + MostTokens, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            session.SetAdapter(Adapter);
            await session.PrefillAsync(tokens, cancellationToken).ConfigureAwait(false);
            var text = model.Tokenizer.CreateTextStream();
            var answer = new StringBuilder();
            for (var i = 0; i < MostTokens; i++)
            {
                var token = TensorPrimitives.IndexOfMax(session.Logits);
                if (model.Info.EndTokens.Contains(token))
                    return (answer.Append(text.Flush()).ToString(), true);
                answer.Append(text.Append(token));
                if (i < MostTokens - 1)
                    await session.DecodeAsync(token, cancellationToken).ConfigureAwait(false);
            }

            return (answer.Append(text.Flush()).ToString(), false);
        }
    }

    private OnnxLanguageModel Load() => OnnxLanguageModel.Load(
        decoderFolder,
        adapters: new Dictionary<string, string> { [Adapter] = Path.GetFullPath(adapterPath) },
        options: new OnnxRuntimeOptions { IntraOpThreads = threads });

    private static ValueTask<DecodingSession> OpenAsync(OnnxLanguageModel model, int capacity, CancellationToken cancellationToken) =>
        model.OpenSessionAsync(new DecodingOptions { Capacity = capacity, HiddenStates = [FinalState] }, cancellationToken);
}
