namespace SafeSwitch.Sampling;

/// <summary>
/// The likeliest tokens, sorted, without sorting a whole vocabulary: most of a distribution is in few tokens, so ever larger
/// heads of it are selected and sorted until one is enough.
/// </summary>
internal static class TopCandidates
{
    private const int FirstHead = 64;

    /// <summary>
    /// Reorders <paramref name="candidates"/> so that its first entries are the kept tokens, likeliest first (lowest id first
    /// among equals), and returns how many are kept.
    /// </summary>
    /// <param name="scores">Logits.</param>
    /// <param name="temperature">What their differences are divided by, above 0.</param>
    /// <param name="candidates">All ids, in any order.</param>
    /// <param name="topK">Most tokens to keep.</param>
    /// <param name="topP">Keep the fewest tokens whose probabilities, among the <paramref name="topK"/>, sum to this.</param>
    public static int Select(ReadOnlySpan<float> scores, float temperature, Span<int> candidates, int topK, float topP)
    {
        for (var head = Math.Min(FirstHead, topK); ; head = Math.Min(head * 8, topK))
        {
            SelectHead(scores, candidates, head);
            SortHead(scores, candidates[..head]);
            if (topP >= 1)
            {
                if (head == topK)
                    return topK;
                continue;
            }

            // The sum runs over the top-k alone, as if the others had been masked before the softmax.
            var total = topK == candidates.Length ? Total(scores, temperature, scores[candidates[0]]) : double.NaN;
            if (double.IsNaN(total) && head < topK)
                continue;
            if (double.IsNaN(total))
                total = Total(scores, temperature, candidates[..topK]);

            var sum = 0.0;
            for (var i = 0; i < head; i++)
            {
                sum += Weight(scores[candidates[i]], temperature, scores[candidates[0]]);
                if (sum >= topP * total)
                    return i + 1;
            }

            if (head == topK)
                return topK;
        }
    }

    private static double Total(ReadOnlySpan<float> scores, float temperature, float max)
    {
        var total = 0.0;
        foreach (var score in scores)
            total += Weight(score, temperature, max);
        return total;
    }

    private static double Total(ReadOnlySpan<float> scores, float temperature, ReadOnlySpan<int> sorted)
    {
        var total = 0.0;
        foreach (var candidate in sorted)
            total += Weight(scores[candidate], temperature, scores[sorted[0]]);
        return total;
    }

    private static double Weight(float score, float temperature, float max) => Math.Exp(((double)score - max) / temperature);

    // A bounded min-heap of the best: O(n log head), and nearly O(n) as most tokens lose to its root at once.
    private static void SelectHead(ReadOnlySpan<float> scores, Span<int> candidates, int head)
    {
        for (var i = head / 2 - 1; i >= 0; i--)
            SiftDown(scores, candidates[..head], i);
        for (var i = head; i < candidates.Length; i++)
        {
            if (!IsBefore(scores, candidates[i], candidates[0]))
                continue;
            (candidates[0], candidates[i]) = (candidates[i], candidates[0]);
            SiftDown(scores, candidates[..head], 0);
        }
    }

    private static void SortHead(ReadOnlySpan<float> scores, Span<int> heap)
    {
        for (var end = heap.Length - 1; end > 0; end--)
        {
            (heap[0], heap[end]) = (heap[end], heap[0]);
            SiftDown(scores, heap[..end], 0);
        }
    }

    // The root is the entry that would be dropped first.
    private static void SiftDown(ReadOnlySpan<float> scores, Span<int> heap, int index)
    {
        while (true)
        {
            var child = 2 * index + 1;
            if (child >= heap.Length)
                return;
            if (child + 1 < heap.Length && IsBefore(scores, heap[child], heap[child + 1]))
                child++;
            if (!IsBefore(scores, heap[index], heap[child]))
                return;
            (heap[index], heap[child]) = (heap[child], heap[index]);
            index = child;
        }
    }

    private static bool IsBefore(ReadOnlySpan<float> scores, int left, int right) =>
        scores[left] > scores[right] || (scores[left] == scores[right] && left < right);
}
