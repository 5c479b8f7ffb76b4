using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;

namespace SafeSwitch.Benchmarks.Serving;

/// <summary>
/// What HTTP adds: clients that each ask again as soon as they are answered, in the process and over loopback, in turn, and over loopback beside a reader that is slow
/// and a caller that hangs up. Mixed lengths, one request in twenty intervened on.
/// </summary>
internal static class ServerCommand
{
    private static readonly int[] PromptTokens = [32, 64, 128, 256, 96];
    private static readonly double[] Shares = [0.5, 0.95, 0.99];

    public static Task<int> RunAsync(string[] args)
    {
        var clients = new Option<int[]>("--clients") { Description = "Clients at once.", DefaultValueFactory = _ => [1, 4, 16, 64], AllowMultipleArgumentsPerToken = true };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 3 };
        var requests = new Option<int>("--requests") { Description = "Requests of a turn.", DefaultValueFactory = _ => 64 };
        var tokens = new Option<int>("--tokens") { Description = "Most tokens of an answer.", DefaultValueFactory = _ => 32 };
        var command = new RootCommand("What HTTP adds.") { clients, rounds, requests, tokens };
        command.SetAction((result, _) => MeasureAsync(result.GetValue(clients)!, result.GetValue(rounds), result.GetValue(requests), result.GetValue(tokens)));
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<int> MeasureAsync(int[] clientCounts, int rounds, int requests, int tokens)
    {
        await using var host = await StartAsync();
        var model = host.Services.GetRequiredService<GuardedModel>();
        using var http = new ServerClient(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(), model.Info.Name);
        var language = host.Services.GetRequiredKeyedService<Backends.LoadedBundle>("").Model;
        GenerationRequest[] mix =
        [
            .. Enumerable.Range(0, requests).Select(i => Workload.Request(language, PromptTokens[i % PromptTokens.Length], tokens + (i % 4 * 8)) with { PolicyName = i % 20 == 7 ? "intervening" : "clearing" }),
        ];
        Console.WriteLine($"{model.Info.Name}, {Environment.ProcessorCount} processors, {rounds} rounds of {requests} requests, medians of the rounds");
        Console.WriteLine("| clients | | requests/s | first text ms p50 / p95 / p99 | whole answer ms p50 / p95 / p99 | errors | MiB |");
        Console.WriteLine("|---:|---|---:|---:|---:|---:|---:|");
        foreach (var count in clientCounts)
        {
            var cases = new (string Name, Func<GenerationRequest, Task<ServedAnswer>> Ask, bool IsTroubled)[]
            {
                ("in the process", r => ServedAnswer.TakeAsync(model, r), false),
                ("over HTTP", http.AskAsync, false),
                ("over HTTP, beside a slow reader and one that hangs up", http.AskAsync, true),
            };
            var turns = cases.Select(_ => new List<Turn>()).ToArray();
            for (var round = -1; round < rounds; round++)
            {
                for (var i = 0; i < cases.Length; i++)
                {
                    var at = (i + round + cases.Length) % cases.Length;
                    var turn = await TurnAsync(cases[at].Ask, mix, count, cases[at].IsTroubled ? http : null);
                    // The first round warms up.
                    if (round >= 0)
                        turns[at].Add(turn);
                }
            }

            foreach (var (i, (name, _, _)) in cases.Index())
                Console.WriteLine(Line(count, name, turns[i]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP adds at {count}: first text p95 {Median.Of(turns[1].Zip(turns[0], (a, b) => a.Of(s => s.FirstText, 0.95) - b.Of(s => s.FirstText, 0.95))):0.0} ms, throughput x{Median.Of(turns[1].Zip(turns[0], (a, b) => a.PerSecond / b.PerSecond)):0.00}"));
        }

        await host.StopAsync();
        return 0;
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSafeSwitch(o => (o.BundlePath, o.Start) = (Workload.Bundle, ModelStart.Load))
            .UseOnnxRuntime(o => (o.IntraOpThreads, o.MaxBatchRows) = (Math.Min(2, Environment.ProcessorCount), 16))
            .ConfigurePolicy("clearing", p => p.PromptThreshold = 1)
            .ConfigurePolicy("intervening", p => (p.PromptThreshold, p.ResponseThreshold) = (0, 0));
        builder.Services.AddSafeSwitchServer(o =>
        {
            (o.AllowAnonymous, o.Floor) = (true, "clearing");
            o.Policies.Add("clearing");
            o.Policies.Add("intervening");
            (o.Limits.RequestsPerMinute, o.Limits.ConcurrentRequestsPerKey) = (1_000_000, 1000);
        });
        var host = builder.Build();
        host.MapSafeSwitch();
        await host.StartAsync();
        return host;
    }

    private static async Task<Turn> TurnAsync(Func<GenerationRequest, Task<ServedAnswer>> ask, GenerationRequest[] mix, int clients, ServerClient? troubled)
    {
        var (next, errors) = (-1, 0);
        var served = new List<ServedAnswer>();
        using var over = new CancellationTokenSource();
        var trouble = troubled is null ? Task.CompletedTask : Task.WhenAll(troubled.ReadSlowlyAsync(mix[0], over.Token), troubled.HangUpAsync(mix[0], over.Token));
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < mix.Length; i = Interlocked.Increment(ref next))
            {
                try
                {
                    var one = await ask(mix[i]);
                    lock (served)
                        served.Add(one);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or SafeSwitchException)
                {
                    Interlocked.Increment(ref errors);
                }
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await over.CancelAsync();
        await trouble;
        return new Turn(served, seconds, errors, Environment.WorkingSet >> 20);
    }

    private static string Line(int clients, string name, List<Turn> turns) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {clients} | {name} | {Median.Of(turns.Select(t => t.PerSecond)):0.0} | {Percentiles(turns, s => s.FirstText)} | {Percentiles(turns, s => s.Whole)} | {turns.Sum(t => t.Errors)} | {turns.Max(t => t.MebiBytes)} |");

    private static string Percentiles(List<Turn> turns, Func<ServedAnswer, double> value) => string.Join(" / ", Shares.Select(share =>
        Median.Of(turns.Select(t => t.Of(value, share))).ToString("0", CultureInfo.InvariantCulture)));

    private sealed record Turn(IReadOnlyList<ServedAnswer> Served, double Seconds, int Errors, long MebiBytes)
    {
        public double PerSecond => Served.Count / Seconds;

        public double Of(Func<ServedAnswer, double> value, double share)
        {
            var sorted = Served.Select(value).Order().ToArray();
            return sorted.Length == 0 ? 0 : sorted[(int)Math.Min(sorted.Length - 1, Math.Floor(share * sorted.Length))];
        }
    }
}
