using System.Globalization;
using SafeSwitch.Guard;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>
/// What prompts and tokens cost on each provider, with and without the guard: everything in turn, round by round, medians; ratios are
/// medians of the rounds' ratios.
/// </summary>
internal static class ProviderCost
{
    private const int DecodedTokens = 32;

    public static async Task WriteAsync(IReadOnlyList<Side> sides, int rounds, TextWriter output)
    {
        await output.WriteLineAsync($"""
            Medians of {rounds} rounds. "Prefill" runs the prompt without reading states; "first token" and "per token" are whole requests of {DecodedTokens + 1}
            tokens, the guard looking and clearing. Ratios: guarded / unguarded.

            | prompt tokens | provider | prefill ms | first token ms, unguarded | ratio | per token ms, unguarded | ratio | monitor ms |
            |---|---|---|---|---|---|---|---|
            """);
        foreach (var promptTokens in (int[])[64, 256, 1024])
        {
            if (promptTokens + DecodedTokens + 1 > sides[0].Model.Info.ContextLength)
                continue;
            var request = Workload.Request(sides[0].Model, promptTokens, DecodedTokens + 1);
            var prefill = sides.Select(_ => new List<double>()).ToArray();
            var samples = sides.Select(_ => new List<(Sample Unguarded, Sample Guarded)>()).ToArray();
            for (var round = -1; round < rounds; round++)
            {
                foreach (var (i, side) in sides.Index())
                {
                    // The threads of the side that has just run spin for a while: a run that isn't counted outlasts them.
                    await PrefillTime.TakeAsync(side.Model, request);
                    var time = await PrefillTime.TakeAsync(side.Model, request);
                    var isGuardedFirst = round % 2 == 0;
                    var first = await Sample.TakeAsync(side.Guarded, isGuardedFirst ? Guarded(request) : Unguarded(request));
                    var second = await Sample.TakeAsync(side.Guarded, isGuardedFirst ? Unguarded(request) : Guarded(request));
                    var (guarded, unguarded) = isGuardedFirst ? (first, second) : (second, first);
                    // The first round warms up.
                    if (round < 0)
                        continue;
                    prefill[i].Add(time);
                    samples[i].Add((unguarded, guarded));
                }
            }

            foreach (var (i, side) in sides.Index())
                await output.WriteLineAsync(Row(promptTokens, side.Provider, prefill[i], samples[i]));
        }
    }

    private static GenerationRequest Guarded(GenerationRequest request) => request with { Policy = Workload.Clearing };

    private static GenerationRequest Unguarded(GenerationRequest request) => request with { Unguarded = true };

    private static string Row(int promptTokens, string provider, List<double> prefill, List<(Sample Unguarded, Sample Guarded)> samples) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {promptTokens} | {provider} | {Median.Of(prefill):0.0} | {Median.Of(samples.Select(s => s.Unguarded.FirstToken)):0.0} | "
        + $"{Median.Of(samples.Select(s => s.Guarded.FirstToken / s.Unguarded.FirstToken)):0.000} | {Median.Of(samples.Select(s => s.Unguarded.PerToken)):0.00} | "
        + $"{Median.Of(samples.Select(s => s.Guarded.PerToken / s.Unguarded.PerToken)):0.000} | {Median.Of(samples.Select(s => s.Guarded.Monitor)):0.000} |");
}
