using System.Numerics.Tensors;
using SafeSwitch.Onnx;
using SafeSwitch.Settings;
using SafeSwitch.Training.Numerics;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Adapters;

/// <summary>
/// Trains the refusal adapter, a LoRA on the head, from states collected once: the trunk is never run again and never
/// differentiated, so quantized decoders train like any other.
/// </summary>
internal sealed class AdapterTrainer(IBaseHead head, AdapterTrainingOptions options)
{
    private const string HeadLayer = GraphNames.HiddenStates;

    /// <summary>Trains on the rows of the train split that have refusals and reports on those of the validation split.</summary>
    /// <exception cref="DataException">There is nothing to train on, or the states are of another width.</exception>
    public (LoraWeights Weights, AdapterReport Report) Train(
        StateStore store, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        DeclaredRanges.ThrowIfInvalid(options);
        var rows = Rows(store, DataSplits.Train);
        var heldOut = Rows(store, DataSplits.Validation);
        if (store.Width != head.HiddenSize)
            throw new DataException($"The states are {store.Width} wide, expected {head.HiddenSize}, as the head reads.");
        if (rows.Count == 0)
            throw new DataException("No row of the train split has a refusal; expected rows collected with refusals.");

        var weights = new LoraWeights(head.HiddenSize, options.Rank, head.VocabularySize, options.Alpha / options.Rank);
        weights.Initialize(options.Seed);
        var neutral = options.KlWeight > 0 ? NeutralStates(store) : [];
        var batch = new LoraBatch(head, weights, options.BatchTokens, options.KlWeight, options.ThreadCount);
        var states = new float[options.BatchTokens * head.HiddenSize];
        var targets = new int[options.BatchTokens];

        var passes = Enumerable.Range(0, options.Epochs).Select(e => Pass(rows, neutral, options.Seed + e)).ToList();
        var measured = heldOut.SelectMany(Tokens).ToArray();
        var meter = new ProgressMeter(progress, "adapter", "tokens", passes.Sum(p => (double)p.Length) + 2.0 * measured.Length);
        var before = Evaluate(adapted: false);

        var (optimizerA, optimizerB) = (Optimizer(weights.A.Length), Optimizer(weights.B.Length));
        var last = default(BatchResult);
        foreach (var pass in passes)
        {
            last = default;
            foreach (var tokens in pass.Chunk(options.BatchTokens))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = Load(store, tokens, states, targets);
                last += batch.Learn(states.AsMemory(0, count * head.HiddenSize), targets.AsMemory(0, count));
                optimizerA.Step(weights.A, batch.GradientA);
                optimizerB.Step(weights.B, batch.GradientB);
                meter.Add(count, $"loss {last.MeanLoss:0.000}, {last.Top1:P1} of tokens predicted");
            }
        }

        if (!double.IsFinite(last.Loss))
            throw new DataException("Adapter training ended in a loss that is not a number; lower the learning rate.");
        var after = Evaluate(adapted: true);
        return (weights, new AdapterReport(
            rows.Count, rows.Sum(r => r.Tokens), heldOut.Count, measured.Length,
            before.Top1, after.Top1, before.MeanLoss, after.MeanLoss, last.Top1));

        BatchResult Evaluate(bool adapted)
        {
            var result = default(BatchResult);
            foreach (var tokens in measured.Chunk(options.BatchTokens))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = Load(store, tokens, states, targets);
                result += batch.Evaluate(states.AsMemory(0, count * head.HiddenSize), targets.AsMemory(0, count), adapted);
                meter.Add(count);
            }

            return result;
        }
    }

    private AdamW Optimizer(int parameters) => new(parameters, options.LearningRate, options.WeightDecay);

    private static List<AdapterRow> Rows(StateStore store, string split) =>
        [.. store.Rows.Index()
            .Where(r => r.Item.Data.Split == split && r.Item.Refusal is not null)
            .Select(r => new AdapterRow(r.Index, r.Item.Refusal!.Kind, r.Item.RefusalTokens))];

    private static (int Row, int Token)[] NeutralStates(StateStore store) =>
        [.. store.Rows.Index().Where(r => r.Item.Data is { Harmful: false, Split: DataSplits.Train }).Select(r => (r.Index, LoraBatch.Neutral))];

    private static IEnumerable<(int Row, int Token)> Tokens(AdapterRow row) =>
        Enumerable.Range(0, row.Tokens).Select(t => (row.Row, t));

    private static (int Row, int Token)[] Pass(List<AdapterRow> rows, (int Row, int Token)[] neutral, int seed)
    {
        var random = new Random(seed);
        (int, int)[] tokens = [.. KindBalance.Draw(rows, random).SelectMany(Tokens), .. neutral];
        random.Shuffle(tokens);
        return tokens;
    }

    private int Load(StateStore store, (int Row, int Token)[] tokens, float[] states, int[] targets)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            var (row, token) = tokens[i];
            var neutral = token == LoraBatch.Neutral;
            var state = neutral
                ? store.Last(row, HeadLayer)
                : store.RefusalStates(row).Slice(token * store.Width, store.Width);
            TensorPrimitives.ConvertToSingle(state, states.AsSpan(i * store.Width));
            targets[i] = neutral ? LoraBatch.Neutral : store.RefusalTokens(row)[token];
            if (!neutral && (uint)targets[i] >= (uint)head.VocabularySize)
                throw new DataException($"Row '{store.Rows[row].Data.Key}': refusal token {targets[i]}, expected one of the head's {head.VocabularySize:N0}; the states are damaged or of another model.");
        }

        return tokens.Length;
    }
}
