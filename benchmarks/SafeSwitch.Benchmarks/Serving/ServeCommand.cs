using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks.Serving;

/// <summary>
/// Clients that each ask again as soon as they are answered: requests of mixed lengths, one in twenty of them intervened on. What is
/// compared has its turn in every round, and ratios are medians of the rounds' ratios.
/// </summary>
internal static class ServeCommand
{
    private static readonly int[] PromptTokens = [32, 64, 128, 256, 96];

    public static Task<int> RunAsync(string[] args)
    {
        var clients = new Option<int[]>("--clients") { Description = "Clients at once.", DefaultValueFactory = _ => [1, 4, 16], AllowMultipleArgumentsPerToken = true };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 3 };
        var requests = new Option<int>("--requests") { Description = "Requests of a turn.", DefaultValueFactory = _ => 32 };
        var tokens = new Option<int>("--tokens") { Description = "Most tokens of an answer.", DefaultValueFactory = _ => 32 };
        var command = new RootCommand("Many clients at once.") { clients, rounds, requests, tokens };
        command.SetAction((result, _) => ServeAsync(result.GetValue(clients)!, result.GetValue(rounds), result.GetValue(requests), result.GetValue(tokens)));
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<int> ServeAsync(int[] clientCounts, int rounds, int requests, int tokens)
    {
        await using var shared = Load(rows: 16);
        await using var alone = Load(rows: 1);
        var mix = Enumerable.Range(0, requests)
            .Select(i => Workload.Request(shared.Model, PromptTokens[i % PromptTokens.Length], tokens + (i % 4 * 8)))
            .ToArray();
        Console.WriteLine($"{shared.Model.Info.Name}, {Environment.ProcessorCount} processors, {rounds} rounds of {requests} requests, medians of the rounds");
        Console.WriteLine("| clients | | tokens/s | first token ms p50 / p95 | between tokens ms p50 / p95 / p99 | against one after another |");
        Console.WriteLine("|---:|---|---:|---:|---:|---:|");
        foreach (var clients in clientCounts)
        {
            var cases = new (string Name, Bundle Served, int Clients, bool Guarded)[]
            {
                ("guarded, one after another", alone, 1, true),
                ("guarded", shared, clients, true),
                ("unguarded", shared, clients, false),
            };
            var turns = cases.Select(_ => new List<Turn>()).ToArray();
            for (var round = 0; round < rounds; round++)
            {
                for (var i = 0; i < cases.Length; i++)
                {
                    var at = (i + round) % cases.Length;
                    var (_, served, count, guarded) = cases[at];
                    turns[at].Add(await TurnAsync(served, mix, count, guarded));
                }
            }

            foreach (var (i, (name, _, _, _)) in cases.Index())
                Console.WriteLine(Line(clients, name, turns[i], turns[0]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"guarded / unguarded at {clients}: x{Median.Of(turns[1].Zip(turns[2], (a, b) => a.TokensPerSecond / b.TokensPerSecond)):0.00}"));
        }

        return 0;
    }

    private static Bundle Load(int rows) => new(new OnnxRuntimeBackend(new OnnxRuntimeOptions
    {
        IntraOpThreads = Math.Min(2, Environment.ProcessorCount),
        MaxBatchRows = rows,
    }).Load(SafeSwitch.Bundles.Bundle.Open(Workload.Bundle)));

    private static async Task<Turn> TurnAsync(Bundle bundle, GenerationRequest[] mix, int clients, bool guarded)
    {
        var next = -1;
        var served = new List<ServedRequest>();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < mix.Length; i = Interlocked.Increment(ref next))
            {
                var request = guarded
                    ? mix[i] with { Policy = i % 20 == 7 ? Workload.Intervening : Workload.Clearing }
                    : mix[i] with { Unguarded = true };
                var one = await ServedRequest.TakeAsync(bundle.Guarded, request);
                lock (served)
                    served.Add(one);
            }
        })));
        return new Turn(served, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static string Line(int clients, string name, List<Turn> turns, List<Turn> baseline) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {clients} | {name} | {Median.Of(turns.Select(t => t.TokensPerSecond)):0.0} | {Percentiles(turns, t => t.Served.Select(s => s.FirstToken), 0.5, 0.95)} | {Percentiles(turns, t => t.Served.SelectMany(s => s.Gaps), 0.5, 0.95, 0.99)} | x{Median.Of(turns.Zip(baseline, (a, b) => a.TokensPerSecond / b.TokensPerSecond)):0.00} |");

    private static string Percentiles(List<Turn> turns, Func<Turn, IEnumerable<double>> values, params double[] shares) => string.Join(" / ", shares.Select(share =>
        Median.Of(turns.Select(t => Percentile(values(t), share))).ToString("0", CultureInfo.InvariantCulture)));

    private static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))];
    }

    private sealed record Turn(IReadOnlyList<ServedRequest> Served, double Seconds)
    {
        public double TokensPerSecond => Served.Sum(s => s.Tokens) / Seconds;
    }

    /// <summary>The shipped bundle behind its guard.</summary>
    private sealed class Bundle(SafeSwitch.Backends.LoadedBundle loaded) : IAsyncDisposable
    {
        public GuardedModel Guarded { get; } = new(loaded);

        public SafeSwitch.Backends.ILanguageModel Model => loaded.Model;

        public ValueTask DisposeAsync() => Guarded.DisposeAsync();
    }
}
