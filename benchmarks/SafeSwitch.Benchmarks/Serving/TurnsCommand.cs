using System.CommandLine;
using System.Globalization;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks.Serving;

/// <summary>A conversation that grows by a question and an answer a turn: each turn with what earlier ones left, and cold, in turn.</summary>
internal static class TurnsCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        var turns = new Option<int>("--turns") { DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 3 };
        var first = new Option<int>("--first") { Description = "Prompt tokens of the first turn.", DefaultValueFactory = _ => 1024 };
        var command = new RootCommand("A conversation that grows.") { turns, rounds, first };
        command.SetAction((result, _) => MeasureAsync(result.GetValue(turns), result.GetValue(rounds), result.GetValue(first)));
        return command.Parse(args).InvokeAsync();
    }

    private static async Task<int> MeasureAsync(int turns, int rounds, int first)
    {
        var options = new OnnxRuntimeOptions { IntraOpThreads = Math.Min(2, Environment.ProcessorCount), MaxBatchRows = 16 };
        var loaded = new OnnxRuntimeBackend(options).Load(Bundle.Open(Workload.Bundle));
        await using var model = new GuardedModel(loaded);
        var kept = Enumerable.Range(0, turns).Select(_ => new List<(double Warm, double Cold)>()).ToArray();
        var lengths = new int[turns];
        for (var round = 0; round < rounds; round++)
        {
            List<PromptMessage> messages = [.. Workload.Request(loaded.Model, first, 1).Messages];
            for (var turn = 0; turn < turns; turn++)
            {
                var request = new GenerationRequest { Messages = messages, MaxNewTokens = 24, Policy = Workload.Clearing };
                var warm = await model.GenerateAsync(request with { PrefixScope = $"round {round}" });
                var cold = await model.GenerateAsync(request);
                if (warm.Text != cold.Text || warm.Verdict!.PromptScore != cold.Verdict!.PromptScore)
                    throw new SafeSwitchException($"Turn {turn + 1}: the answer or the verdict depends on what was kept.");
                kept[turn].Add((warm.Timings.FirstToken.TotalMilliseconds, cold.Timings.FirstToken.TotalMilliseconds));
                lengths[turn] = warm.Usage.PromptTokens;
                messages = [.. messages, PromptMessage.Assistant(warm.Text), PromptMessage.User("Go on, and say more about the river.")];
            }
        }

        Console.WriteLine($"{model.Info.Name}, {options.IntraOpThreads} threads, {rounds} rounds, medians");
        Console.WriteLine("| turn | prompt tokens | first token, cold ms | with what earlier turns left ms | ratio |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");
        foreach (var (i, samples) in kept.Index())
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {i + 1} | {lengths[i]} | {Median.Of(samples.Select(s => s.Cold)):0} | {Median.Of(samples.Select(s => s.Warm)):0} | {Median.Of(samples.Select(s => s.Warm / s.Cold)):0.00} |"));
        }

        return 0;
    }
}
