using System.Buffers;
using System.Numerics.Tensors;

namespace SafeSwitch.Sampling;

/// <summary>
/// Chooses the tokens of one answer. A sampler that is restarted makes the same choices for the same logits again, which is
/// what makes an intervened answer equal to one that had the adapter from its first token.
/// </summary>
internal sealed class Sampler
{
    private readonly SamplingOptions options;
    private readonly int seed;
    private readonly bool isGreedy;
    private Random random;
    private float[] scores = [];
    private int[] order = [];

    public Sampler(SamplingOptions options)
    {
        options.ThrowIfOutOfRange();
        this.options = options;
        seed = options.Seed ?? Random.Shared.Next();
        random = new Random(seed);
        isGreedy = options.Temperature == 0 || options.TopK == 1;
    }

    /// <summary>Draws again what was drawn since the sampler was made.</summary>
    public void Restart() => random = new Random(seed);

    /// <summary>The next token.</summary>
    /// <param name="logits">One per vocabulary entry; not changed.</param>
    /// <param name="prompt">Tokens of the prompt, for the repetition penalty.</param>
    /// <param name="answer">Tokens of the answer so far, for the repetition penalty.</param>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> prompt, ReadOnlySpan<int> answer)
    {
        if (isGreedy && options.RepetitionPenalty == 1)
            return IndexOfMax(logits);

        Rent(logits.Length);
        var work = scores.AsSpan(0, logits.Length);
        logits.CopyTo(work);
        if (options.RepetitionPenalty != 1)
        {
            Penalise(work, logits, prompt);
            Penalise(work, logits, answer);
        }

        return isGreedy ? IndexOfMax(work) : Draw(work);
    }

    /// <summary>Gives its buffers back, once the answer is whole.</summary>
    public void ReturnBuffers()
    {
        if (scores.Length == 0)
            return;
        ArrayPool<float>.Shared.Return(scores);
        ArrayPool<int>.Shared.Return(order);
        scores = [];
        order = [];
    }

    // Reads the logits as they came, so that a token that occurred twice is penalised once.
    private void Penalise(Span<float> work, ReadOnlySpan<float> logits, ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            if ((uint)token < (uint)work.Length)
                work[token] = logits[token] > 0 ? logits[token] / options.RepetitionPenalty : logits[token] * options.RepetitionPenalty;
        }
    }

    private int Draw(Span<float> work)
    {
        var likeliest = IndexOfMax(work);
        var max = work[likeliest];
        if (!float.IsFinite(max))
            return likeliest;
        var kept = options.TopK == 0 ? work.Length : Math.Min(options.TopK, work.Length);
        var candidates = order.AsSpan(0, work.Length);
        for (var i = 0; i < candidates.Length; i++)
            candidates[i] = i;

        if (options.TopP < 1 || kept < work.Length)
            kept = TopCandidates.Select(work, options.Temperature, candidates, kept, options.TopP);
        candidates = candidates[..kept];

        var total = 0.0;
        foreach (var candidate in candidates)
            total += Weight(work[candidate], max);

        var target = random.NextDouble() * total;
        foreach (var candidate in candidates)
        {
            target -= Weight(work[candidate], max);
            if (target < 0)
                return candidate;
        }

        // Rounding can leave a rest; the likeliest token is then taken.
        return likeliest;
    }

    // The maximum is taken off before the division: a temperature near 0 then sends the others to 0, not all to infinity.
    private double Weight(float logit, float max)
    {
        var weight = Math.Exp(((double)logit - max) / options.Temperature);
        return weight < options.MinP ? 0 : weight;
    }

    private static int IndexOfMax(ReadOnlySpan<float> logits)
    {
        var index = TensorPrimitives.IndexOfMax(logits);
        if (index < 0 || float.IsNaN(logits[index]))
            throw new SafeSwitchException("The model's logits are not numbers (NaN): its files are damaged or it overflowed.");
        return index;
    }

    private void Rent(int length)
    {
        if (scores.Length >= length)
            return;
        ReturnBuffers();
        scores = ArrayPool<float>.Shared.Rent(length);
        order = ArrayPool<int>.Shared.Rent(length);
    }
}
