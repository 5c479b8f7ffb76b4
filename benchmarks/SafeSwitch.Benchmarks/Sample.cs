using SafeSwitch.Guard;

namespace SafeSwitch.Benchmarks;

/// <summary>What one request cost.</summary>
internal readonly record struct Sample(double FirstToken, double PerToken, double Monitor, double BytesPerToken, int Steps)
{
    public static async Task<Sample> TakeAsync(GuardedModel model, GenerationRequest request)
    {
        long firstBytes = 0;
        var updates = 0;
        GenerationResult? result = null;
        await foreach (var update in model.StreamAsync(request))
        {
            // The first piece marks where the prompt is done and decoding begins.
            if (updates++ == 0)
                firstBytes = GC.GetTotalAllocatedBytes(precise: true);
            if (update.Result is null)
                continue;
            result = update.Result;
        }

        var bytes = GC.GetTotalAllocatedBytes(precise: true) - firstBytes;
        var decoded = Math.Max(1, result!.Tokens.Count - 1);
        var decoding = result.Timings.Total - result.Timings.FirstToken;
        return new Sample(
            result.Timings.FirstToken.TotalMilliseconds,
            decoding.TotalMilliseconds / decoded,
            result.Timings.Monitor.TotalMilliseconds,
            (double)bytes / decoded,
            result.Usage.DecodeSteps);
    }
}
