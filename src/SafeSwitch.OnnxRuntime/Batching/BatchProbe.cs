using System.Numerics.Tensors;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Batching;

/// <summary>
/// Whether a graph decodes several sequences of different lengths at once as it decodes each alone. That can't be read off a graph
/// (attention must take each sequence's length from its mask, and no operator may mix rows), so it is tried.
/// </summary>
internal static class BatchProbe
{
    private const int Steps = 2;

    /// <summary>Kernels sum in another order for several rows: logits agree to this share of their range.</summary>
    private const float Tolerance = 0.01f;

    /// <param name="decoder">The graph.</param>
    /// <param name="model">The model that runs it.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    /// <returns>Why not; <see langword="null"/> if it does.</returns>
    public static async ValueTask<string?> WhyNotAsync(Decoder decoder, ILanguageModel model, CancellationToken cancellationToken)
    {
        if (!decoder.Layout.Cache.IsShared)
            return "the graph does not append to its cache in place";
        if (!decoder.CachePool.Memory.IsHost)
            return "the cache is on a device";
        if (decoder.Session.InputMetadata[decoder.Layout.InputIds].Dimensions[0] > 0)
            return "the graph takes one sequence only";
        try
        {
            return await IsSameAsync(decoder, model, cancellationToken).ConfigureAwait(false) ? null : "several rows at once give other logits than each alone";
        }
        catch (SafeSwitchException e)
        {
            return $"a run of several rows failed ({e.Message.ReplaceLineEndings(" ")})";
        }
    }

    private static async Task<bool> IsSameAsync(Decoder decoder, ILanguageModel model, CancellationToken cancellationToken)
    {
        // Of different lengths, the shorter one first and last.
        int[][] prompts = [.. ((int[])[5, 11, 3]).Select(length => Enumerable.Range(1, length).Select(i => i * 7919 % model.Info.VocabularySize).ToArray())];
        var capacity = prompts.Max(p => p.Length) + Steps;
        if (capacity > model.Info.ContextLength)
            return false;
        using var batch = new BatchRunner(decoder, prompts.Length, capacity, []);
        var alone = new List<float[]>();
        var next = new int[prompts.Length];
        foreach (var (row, prompt) in prompts.Index())
        {
            var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = capacity }, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                await session.PrefillAsync(prompt, cancellationToken).ConfigureAwait(false);
                batch.Add(session);
                next[row] = TensorPrimitives.IndexOfMax(session.Logits);
                for (var step = 0; step < Steps; step++)
                {
                    await session.DecodeAsync(next[row], cancellationToken).ConfigureAwait(false);
                    alone.Add(session.Logits.ToArray());
                }
            }
        }

        for (var step = 0; step < Steps; step++)
        {
            batch.Run(next, cancellationToken);
            for (var row = 0; row < prompts.Length; row++)
            {
                if (!IsClose(batch.Logits(row), alone[(row * Steps) + step]))
                    return false;
            }
        }

        return true;
    }

    private static bool IsClose(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        var range = TensorPrimitives.Max(expected) - TensorPrimitives.Min(expected);
        var difference = new float[found.Length];
        TensorPrimitives.Subtract(found, expected, difference);
        // False where a logit is NaN.
        return TensorPrimitives.MaxMagnitude<float>(difference) is var most && Math.Abs(most) <= Tolerance * range;
    }
}
