using System.Diagnostics;
using SafeSwitch.Backends;
using SafeSwitch.Guard;

namespace SafeSwitch.Benchmarks;

/// <summary>Milliseconds that a prompt takes to run.</summary>
internal static class PrefillTime
{
    public static async Task<double> TakeAsync(ILanguageModel model, GenerationRequest request)
    {
        var tokens = model.Tokenizer.Encode(request.Messages).Tokens;
        await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = tokens.Length });
        var started = Stopwatch.GetTimestamp();
        await session.PrefillAsync(tokens);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
