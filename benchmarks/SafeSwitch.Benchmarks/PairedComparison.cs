using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks;

/// <summary>
/// Runs what it compares in turn, round by round, and takes the median of the rounds' ratios: what the machine does to one it
/// does to all.
/// </summary>
internal static class PairedComparison
{
    private const int DecodedTokens = 32;

    public static async Task<int> RunAsync(int rounds)
    {
        var options = new OnnxRuntimeOptions { IntraOpThreads = Math.Min(2, Environment.ProcessorCount) };
        var loaded = new OnnxRuntimeBackend(options).Load(Bundle.Open(Workload.Bundle));
        await using var model = new GuardedModel(loaded);
        await using var allPositions = OnnxLanguageModel.Load(
            Workload.Bundle, loaded.Bundle.Manifest.Decoder.TrainingGraph, options: options);

        Console.WriteLine($"{model.Info.Name}, {options.IntraOpThreads} threads, {rounds} rounds, medians; ratios are medians of the rounds' ratios to unguarded");
        foreach (var promptTokens in (int[])[64, 256, 1024])
        {
            var request = Workload.Request(loaded.Model, promptTokens, DecodedTokens + 1);
            var cases = new (string Name, GenerationRequest Request)[]
            {
                ("unguarded", request with { Unguarded = true }),
                ("guarded", request with { Policy = Workload.Clearing }),
                ("intervening", request with { Policy = Workload.Intervening }),
            };
            var samples = cases.Select(_ => new List<Sample>()).ToArray();
            for (var round = -1; round < rounds; round++)
            {
                for (var turn = 0; turn < cases.Length; turn++)
                {
                    // Every round begins with another case: none always comes after the pause between rounds.
                    var i = (turn + round + 1) % cases.Length;
                    var sample = await Sample.TakeAsync(model, cases[i].Request);
                    if (round >= 0)
                        samples[i].Add(sample);
                }
            }

            // By themselves: the threads of a model that has just run spin for a while, and would slow the other model's next case.
            var head = new List<(double Last, double All)>();
            for (var round = -1; round < rounds; round++)
            {
                var pair = (await PrefillTime.TakeAsync(loaded.Model, request), await PrefillTime.TakeAsync(allPositions, request));
                if (round >= 0)
                    head.Add(pair);
            }

            Print(promptTokens, cases.Select(c => c.Name).ToArray(), samples);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  head on the last position / on all: {Median.Of(head.Select(h => h.Last / h.All)):0.000} of the prefill ({Median.Of(head.Select(h => h.All)):0.0} ms on all)"));
        }

        return 0;
    }

    private static void Print(int promptTokens, string[] names, List<Sample>[] samples)
    {
        Console.WriteLine($"{promptTokens} prompt tokens");
        for (var i = 0; i < names.Length; i++)
        {
            var (own, baseline) = (samples[i], samples[0]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {names[i],-12} first token {Median.Of(own.Select(s => s.FirstToken)),8:0.0} ms (x{Median.Of(own.Zip(baseline, (a, b) => a.FirstToken / b.FirstToken)):0.000})"
                + $"   per token {Median.Of(own.Select(s => s.PerToken)),6:0.00} ms (x{Median.Of(own.Zip(baseline, (a, b) => a.PerToken / b.PerToken)):0.000})"
                + $"   monitor {Median.Of(own.Select(s => s.Monitor)):0.000} ms   steps {own[0].Steps}   allocated {Median.Of(own.Select(s => s.BytesPerToken)):0} B/token"));
        }
    }
}
