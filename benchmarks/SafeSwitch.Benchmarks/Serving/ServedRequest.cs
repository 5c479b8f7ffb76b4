using System.Diagnostics;
using SafeSwitch.Guard;

namespace SafeSwitch.Benchmarks.Serving;

/// <summary>What one of many clients saw of a request.</summary>
/// <param name="Tokens">Tokens of the answer.</param>
/// <param name="FirstToken">Milliseconds to the first text.</param>
/// <param name="Gaps">Milliseconds between pieces of text.</param>
internal sealed record ServedRequest(int Tokens, double FirstToken, IReadOnlyList<double> Gaps)
{
    public static async Task<ServedRequest> TakeAsync(GuardedModel model, GenerationRequest request, Action? onText = null)
    {
        var began = Stopwatch.GetTimestamp();
        var last = began;
        double? first = null;
        var gaps = new List<double>();
        GenerationResult? result = null;
        await foreach (var update in model.StreamAsync(request).ConfigureAwait(false))
        {
            result = update.Result ?? result;
            if (update.Text.Length == 0)
                continue;
            var gap = Stopwatch.GetElapsedTime(last).TotalMilliseconds;
            if (first is null)
                first = gap;
            else
                gaps.Add(gap);
            last = Stopwatch.GetTimestamp();
            onText?.Invoke();
        }

        return new ServedRequest(result!.Tokens.Count, first ?? Stopwatch.GetElapsedTime(began).TotalMilliseconds, gaps);
    }
}
