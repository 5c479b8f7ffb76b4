using System.Numerics.Tensors;
using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Adapters;

/// <summary>
/// Loss and gradients of one batch. Rows are independent of each other, and where a gradient sums over rows it is split by
/// columns, so the result is the same for any number of threads.
/// </summary>
internal sealed class LoraBatch
{
    /// <summary>The target of a state at which the adapted model is to stay near the base.</summary>
    public const int Neutral = -1;

    /// <summary>Columns taken at a time: a block of every row of B's gradient and of one row of logits fit the first-level cache.</summary>
    private const int Columns = 512;

    /// <summary>Rows taken at a time: B, which is larger than most caches, is read once for all of them.</summary>
    private const int Rows = 12;

    private readonly IBaseHead head;
    private readonly LoraWeights weights;
    private readonly ParallelOptions parallel;
    private readonly float klWeight;
    private readonly float[] output;
    private readonly float[] low;
    private readonly float[] lowGradient;
    private readonly float[] transposed;
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
        transposed = new float[weights.B.Length];
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
        Transpose();
        var result = Forward(states, targets, adapted: true, learn: true);
        var (rank, vocabulary, rows) = (weights.Rank, weights.Vocabulary, targets.Length);

        Parallel.For(0, (vocabulary + Columns - 1) / Columns, parallel, block =>
        {
            var from = block * Columns;
            var count = Math.Min(Columns, vocabulary - from);
            for (var k = 0; k < rank; k++)
                GradientB.AsSpan(k * vocabulary + from, count).Clear();
            for (var r = 0; r < rows; r++)
            {
                for (var k = 0; k < rank; k++)
                {
                    var gradient = GradientB.AsSpan(k * vocabulary + from, count);
                    TensorPrimitives.MultiplyAdd(output.AsSpan(r * vocabulary + from, count), low[r * rank + k], gradient, gradient);
                }
            }
        });

        Array.Clear(GradientA);
        Gemm.MultiplyTransposed(states.Span, lowGradient, GradientA, rows, weights.Hidden, rank);
        return result;
    }

    private void Transpose()
    {
        for (var k = 0; k < weights.Rank; k++)
        {
            for (var v = 0; v < weights.Vocabulary; v++)
                transposed[v * weights.Rank + k] = weights.B[k * weights.Vocabulary + v];
        }
    }

    private BatchResult Forward(ReadOnlyMemory<float> states, ReadOnlyMemory<int> targets, bool adapted, bool learn)
    {
        var rows = targets.Length;
        head.Run(states, rows, output);
        Parallel.For(0, (rows + Rows - 1) / Rows, parallel, block =>
        {
            var from = block * Rows;
            Block(states.Span, targets.Span, from, Math.Min(Rows, rows - from), rows, adapted, learn);
        });

        var result = default(BatchResult);
        for (var r = 0; r < rows; r++)
            result += new BatchResult(losses[r], hits[r] ? 1 : 0, targets.Span[r] == Neutral ? 0 : 1);
        return result;
    }

    private void Block(ReadOnlySpan<float> states, ReadOnlySpan<int> targets, int from, int count, int rows, bool adapted, bool learn)
    {
        var (rank, vocabulary) = (weights.Rank, weights.Vocabulary);
        var block = output.AsSpan(from * vocabulary, count * vocabulary);
        var basis = new float[]?[count];
        for (var i = 0; i < count; i++)
        {
            if (targets[from + i] == Neutral)
                basis[i] = BaseProbabilities(block.Slice(i * vocabulary, vocabulary));
        }

        if (adapted)
        {
            var mine = low.AsSpan(from * rank, count * rank);
            Gemm.Multiply(states[(from * weights.Hidden)..], weights.A, mine, count, weights.Hidden, rank, accumulate: false);
            TensorPrimitives.Multiply(mine, weights.Scale, mine);
            Gemm.Multiply(mine, weights.B, block, count, rank, vocabulary, accumulate: true);
        }

        for (var i = 0; i < count; i++)
            Row(block.Slice(i * vocabulary, vocabulary), from + i, targets[from + i], basis[i], learn ? 1f / rows : null);
        if (!learn)
            return;
        var gradient = lowGradient.AsSpan(from * rank, count * rank);
        Gemm.Multiply(block, transposed, gradient, count, vocabulary, rank, accumulate: false);
        TensorPrimitives.Multiply(gradient, weights.Scale, gradient);
    }

    /// <summary>Loss of one row; with a share in the batch, the gradient by the head's output replaces the row.</summary>
    private void Row(Span<float> row, int r, int target, float[]? basis, float? share)
    {
        var products = share is not null && head.Transform.Steps.Count > 0 ? row.ToArray() : null;
        head.Transform.Apply(row);

        var logSum = LogSum(row);
        hits[r] = target != Neutral && TensorPrimitives.IndexOfMax<float>(row) == target;
        losses[r] = basis is null ? logSum - row[target] : klWeight * Divergence(row, logSum, basis);
        if (share is not { } weight)
            return;

        TensorPrimitives.Subtract(row, logSum, row);
        TensorPrimitives.Exp<float>(row, row);
        if (basis is null)
            row[target] -= 1;
        else
            TensorPrimitives.Subtract(row, basis, row);
        TensorPrimitives.Multiply(row, basis is null ? weight : weight * klWeight, row);
        if (products is not null)
            head.Transform.Backward(products, row);
    }

    private float[] BaseProbabilities(ReadOnlySpan<float> products)
    {
        var basis = products.ToArray();
        head.Transform.Apply(basis);
        TensorPrimitives.Subtract(basis, LogSum(basis), basis);
        TensorPrimitives.Exp(basis, basis);
        return basis;
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

/// <summary>Sums over the tokens of a batch.</summary>
/// <param name="Loss">Loss.</param>
/// <param name="Hits">Tokens that the model would have chosen itself.</param>
/// <param name="Tokens">Tokens with a target.</param>
internal readonly record struct BatchResult(double Loss, int Hits, int Tokens)
{
    public double MeanLoss => Tokens == 0 ? 0 : Loss / Tokens;

    public double Top1 => Tokens == 0 ? 0 : (double)Hits / Tokens;

    public static BatchResult operator +(BatchResult a, BatchResult b) => new(a.Loss + b.Loss, a.Hits + b.Hits, a.Tokens + b.Tokens);
}
