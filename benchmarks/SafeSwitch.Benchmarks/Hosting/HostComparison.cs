using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;
using SafeSwitch.Bundles;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks.Hosting;

/// <summary>
/// What a host's users feel: when the first byte of an answer is there, over HTTP, and what eight requests at once take against the same
/// eight in turn. Ratios of one run, in turn, so that a machine whose speed drifts does the same to both.
/// </summary>
internal static class HostComparison
{
    private const double MostOfTheTime = 0.2;
    private const int AtOnce = 8;
    private const string Prompt = "Write a long story about a lighthouse.";

    /// <returns>1 if a goal is missed.</returns>
    public static async Task<int> RunAsync(int rounds)
    {
        var options = new OnnxRuntimeOptions { IntraOpThreads = Math.Min(2, Environment.ProcessorCount) };
        await using var model = new GuardedModel(new OnnxRuntimeBackend(options).Load(Bundle.Open(Workload.Bundle)));
        using var client = new SafeSwitchChatClient(model);
        Console.WriteLine($"{model.Info.Name}, {options.IntraOpThreads} threads, {rounds} rounds, medians");

        var isKept = true;
        await using (var endpoints = await Endpoints.StartAsync(client))
        {
            foreach (var path in Endpoints.Paths)
            {
                var times = new List<(double First, double Whole, int Reads)>();
                for (var round = -1; round < rounds; round++)
                {
                    var time = await endpoints.AskAsync(path, Prompt);
                    if (round >= 0)
                        times.Add(time);
                }

                var share = Median.Of(times.Select(t => t.First / t.Whole));
                isKept &= share <= MostOfTheTime;
                Print($"{path,-9} first byte after {Median.Of(times.Select(t => t.First)):0} ms of {Median.Of(times.Select(t => t.Whole)):0}: {share:P1} of the whole, in {Median.Of(times.Select(t => (double)t.Reads)):0} reads (goal: at most {MostOfTheTime:P0})");
            }
        }

        var pairs = new List<(double InTurn, double AtOnce)>();
        for (var round = -1; round < rounds; round++)
        {
            // Every round begins with the other.
            var first = await RunAsync(client, inTurn: round % 2 == 0);
            var second = await RunAsync(client, inTurn: round % 2 != 0);
            if (round >= 0)
                pairs.Add(round % 2 == 0 ? (first, second) : (second, first));
        }

        var ratio = Median.Of(pairs.Select(p => p.AtOnce / p.InTurn));
        isKept &= ratio <= 1;
        Print($"{AtOnce} requests in turn {Median.Of(pairs.Select(p => p.InTurn)):0} ms, at once {Median.Of(pairs.Select(p => p.AtOnce)):0} ms: x{ratio:0.00} (goal: at most 1)");
        return isKept ? 0 : 1;
    }

    private static async Task<double> RunAsync(SafeSwitchChatClient client, bool inTurn)
    {
        var options = new ChatOptions { MaxOutputTokens = 32 };
        var started = Stopwatch.GetTimestamp();
        if (inTurn)
        {
            for (var i = 0; i < AtOnce; i++)
                await AskAsync(i);
        }
        else
        {
            await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(AskAsync));
        }

        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;

        Task AskAsync(int number) => client.GetResponseAsync($"{Prompt} It has {number + 2} rooms.", options);
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
