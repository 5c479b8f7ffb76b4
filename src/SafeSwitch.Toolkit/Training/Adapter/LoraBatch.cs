using System.Numerics.Tensors;

namespace SafeSwitch.Toolkit.Training.Adapter;

/// <summary>
/// Loss and gradients of one batch. Rows are independent of each other, and where a gradient sums over rows it is split by
/// columns, so the result is the same for any number of threads.
/// </summary>
internal sealed class LoraBatch
{
    /// <summary>The target of a state at which the adapted model shall stay near the base.</summary>
    public const int Neutral = -1;

    /// <summary>Columns taken at a time: a block of every row of B and of one row of logits fit the first-level cache.</summary>
    private const int Columns = 512;

    private readonly IBaseHead head;
    private readonly LoraWeights weights;
    private readonly ParallelOptions parallel;
    private readonly float klWeight;
    private readonly float[] output;
    private readonly float[] low;
    private readonly float[] lowGradient;
    private readonly float[] losses;
    private readonly bool[] hits;

    public LoraBatch(IBaseHead head, LoraWeights weights, int capacity, float klWeight, int threads)
    {
        this.head = head;
        this.weights = weights;
        this.klWeight = klWeight;
        parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
        output = new float[checked(capacity * weights.Vocabulary)];
        low = new float[capacity * weights.Rank];
        lowGradient = new float[capacity * weights.Rank];
        losses = new float[capacity];
        hits = new bool[capacity];
        GradientA = new float[weights.A.Length];
        GradientB = new float[weights.B.Length];
    }

    public float[] GradientA { get; }

    public float[] GradientB { get; }

    /// <summary>Loss and hits of a batch without gradients; <paramref name="adapted"/> off gives the base model's.</summary>
    public BatchResult Evaluate(ReadOnlyMemory<float> states, ReadOnlyMemory<int> targets, bool adapted) =>
        Forward(states, targets, adapted, learn: false);

    /// <summary>Loss and hits of a batch, its gradients into <see cref="GradientA"/> and <see cref="GradientB"/>.</summary>
    public BatchResult Learn(ReadOnlyMemory<float> states, ReadOnlyMemory<int> targets)
    {
        var result = Forward(states, targets, adapted: true, learn: true);
        var (rank, vocabulary, rows) = (weights.Rank, weights.Vocabulary, targets.Length);

        Parallel.For(0, Blocks, parallel, block =>
        {
            var (from, count) = Block(block);
            for (var k = 0; k < rank; k++)
            {
                var gradient = GradientB.AsSpan(k * vocabulary + from, count);
                gradient.Clear();
                for (var r = 0; r < rows; r++)
                    TensorPrimitives.MultiplyAdd(output.AsSpan(r * vocabulary + from, count), low[r * rank + k] * weights.Scale, gradient, gradient);
            }
        });

        Array.Clear(GradientA);
        for (var r = 0; r < rows; r++)
        {
            var state = states.Span.Slice(r * weights.Hidden, weights.Hidden);
            var gradient = lowGradient.AsSpan(r * rank, rank);
            for (var h = 0; h < state.Length; h++)
            {
                var row = GradientA.AsSpan(h * rank, rank);
                TensorPrimitives.MultiplyAdd(gradient, state[h], row, row);
            }
        }

        return result;
    }

    private int Blocks => (weights.Vocabulary + Columns - 1) / Columns;

    private (int From, int Count) Block(int block) =>
        (block * Columns, Math.Min(Columns, weights.Vocabulary - block * Columns));

    private BatchResult Forward(ReadOnlyMemory<float> states, ReadOnlyMemory<int> targets, bool adapted, bool learn)
    {
        var rows = targets.Length;
        head.Run(states, rows, output);
        Parallel.For(0, rows, parallel, r => Row(states.Span, targets.Span, r, rows, adapted, learn));

        var result = default(BatchResult);
        for (var r = 0; r < rows; r++)
            result += new BatchResult(losses[r], hits[r] ? 1 : 0, targets.Span[r] == Neutral ? 0 : 1);
        return result;
    }

    private void Row(ReadOnlySpan<float> states, ReadOnlySpan<int> targets, int r, int rows, bool adapted, bool learn)
    {
        var vocabulary = weights.Vocabulary;
        var row = output.AsSpan(r * vocabulary, vocabulary);
        var target = targets[r];
        var basis = target == Neutral ? BaseProbabilities(row) : null;

        if (adapted)
            AddBranch(states.Slice(r * weights.Hidden, weights.Hidden), r, row);
        var products = learn && head.Transform.Steps.Count > 0 ? row.ToArray() : null;
        head.Transform.Apply(row);

        var logSum = LogSum(row);
        hits[r] = target != Neutral && TensorPrimitives.IndexOfMax(row) == target;
        losses[r] = basis is null ? logSum - row[target] : klWeight * Divergence(row, logSum, basis);
        if (learn)
            Differentiate(row, logSum, r, target, basis, products, (basis is null ? 1f : klWeight) / rows);
    }

    private float[] BaseProbabilities(ReadOnlySpan<float> output)
    {
        var basis = output.ToArray();
        head.Transform.Apply(basis);
        TensorPrimitives.Subtract(basis, LogSum(basis), basis);
        TensorPrimitives.Exp(basis, basis);
        return basis;
    }

    private void AddBranch(ReadOnlySpan<float> state, int r, Span<float> row)
    {
        var rank = weights.Rank;
        var mine = low.AsSpan(r * rank, rank);
        mine.Clear();
        for (var h = 0; h < state.Length; h++)
            TensorPrimitives.MultiplyAdd(weights.A.AsSpan(h * rank, rank), state[h], mine, mine);

        for (var block = 0; block < Blocks; block++)
        {
            var (from, count) = Block(block);
            var part = row.Slice(from, count);
            for (var k = 0; k < rank; k++)
                TensorPrimitives.MultiplyAdd(weights.B.AsSpan(k * weights.Vocabulary + from, count), mine[k] * weights.Scale, part, part);
        }
    }

    /// <summary>Leaves the gradient by the head's output where the logits were.</summary>
    private void Differentiate(
        Span<float> row, float logSum, int r, int target, float[]? basis, float[]? products, float weight)
    {
        TensorPrimitives.Subtract(row, logSum, row);
        TensorPrimitives.Exp<float>(row, row);
        if (basis is null)
            row[target] -= 1;
        else
            TensorPrimitives.Subtract(row, basis, row);
        TensorPrimitives.Multiply(row, weight, row);
        if (products is not null)
            head.Transform.Backward(products, row);

        for (var k = 0; k < weights.Rank; k++)
            lowGradient[r * weights.Rank + k] = weights.Scale * TensorPrimitives.Dot<float>(row, weights.B.AsSpan(k * weights.Vocabulary, weights.Vocabulary));
    }

    private static float Divergence(ReadOnlySpan<float> logits, float logSum, ReadOnlySpan<float> basis)
    {
        var sum = 0.0;
        for (var v = 0; v < basis.Length; v++)
        {
            if (basis[v] > 0)
                sum += basis[v] * (MathF.Log(basis[v]) - (logits[v] - logSum));
        }

        return (float)sum;
    }

    /// <summary>log Σ exp, taken from the largest so that nothing overflows.</summary>
    private static float LogSum(ReadOnlySpan<float> logits)
    {
        const int chunk = 1024;
        Span<float> part = stackalloc float[chunk];
        var largest = TensorPrimitives.Max(logits);
        var sum = 0.0;
        for (var from = 0; from < logits.Length; from += chunk)
        {
            var count = Math.Min(chunk, logits.Length - from);
            TensorPrimitives.Subtract(logits.Slice(from, count), largest, part);
            TensorPrimitives.Exp<float>(part[..count], part);
            sum += TensorPrimitives.Sum<float>(part[..count]);
        }

        return largest + (float)Math.Log(sum);
    }
}
