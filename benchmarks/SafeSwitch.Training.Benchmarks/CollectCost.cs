using System.CommandLine;
using System.Diagnostics;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>Collecting against the plain forward pass of the same tokens, in the same run.</summary>
internal static class CollectCost
{
    public static Command Command()
    {
        var bundle = new Argument<string>("bundle") { Description = "An instrumented model's folder." };
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 64 };
        var words = new Option<int>("--words") { Description = "Words of each prompt.", DefaultValueFactory = _ => 60 };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 5 };
        var command = new Command("collect", "Collection of prompt states, without answers, against the plain forward pass.") { bundle, rows, words, rounds };
        command.SetAction((result, cancellationToken) =>
            RunAsync(result.GetRequiredValue(bundle), result.GetValue(rows), result.GetValue(words), result.GetValue(rounds), cancellationToken));
        return command;
    }

    private static async Task RunAsync(string bundle, int rows, int words, int rounds, CancellationToken cancellationToken)
    {
        await using var model = OnnxLanguageModel.Load(bundle, options: new OnnxRuntimeOptions { IntraOpThreads = Environment.ProcessorCount });
        CollectionRequest[] requests = [.. SampleRows.Make(rows, words).Select(row => new CollectionRequest(row))];
        var prompts = requests.Select(request => model.Tokenizer.Encode(request.Row.Messages).Tokens).ToList();
        // Without the cache of what rows share, both run the same tokens; with it, collecting runs fewer.
        var collectors = ((bool[])[false, true]).Select(reuse => new StateCollector(model, "cost", new CollectionOptions { ReusePrefixes = reuse })).ToArray();
        await ForwardAsync(model, prompts.Take(4), cancellationToken); // warm

        var (plain, collected) = (new List<double>(), collectors.Select(_ => new List<double>()).ToArray());
        for (var round = 0; round < rounds; round++)
        {
            plain.Add(await TimeAsync(() => ForwardAsync(model, prompts, cancellationToken)));
            for (var i = 0; i < collectors.Length; i++)
            {
                using var folder = new WorkFolder();
                collected[i].Add(await TimeAsync(() => collectors[i].CollectAsync(requests, folder.Path, cancellationToken: cancellationToken)));
            }
        }

        double Ratio(List<double> times) => Median.Of(plain.Zip(times, (forward, collecting) => forward / collecting));
        new Cost(plain.Sum() + collected.Sum(times => times.Sum()), Environment.CpuUsage.TotalTime.TotalSeconds, Environment.WorkingSet).Print(
            "collect",
            $"{rows:N0} prompts, {prompts.Sum(prompt => prompt.Length):N0} tokens, {model.Info.HiddenStates.Count} layers of {model.Info.Name}, {rounds} rounds in turn",
            $"{rows / Median.Of(plain):0.0} rows/s plain forward pass, {rows / Median.Of(collected[0]):0.0} collected (x{Ratio(collected[0]):0.00} of the plain rate), {rows / Median.Of(collected[1]):0.0} with shared beginnings run once (x{Ratio(collected[1]):0.00})");
    }

    private static async Task<double> TimeAsync(Func<Task> step)
    {
        var started = Stopwatch.GetTimestamp();
        await step();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task ForwardAsync(OnnxLanguageModel model, IEnumerable<ReadOnlyMemory<int>> prompts, CancellationToken cancellationToken)
    {
        foreach (var prompt in prompts)
        {
            await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = prompt.Length }, cancellationToken);
            await session.PrefillAsync(prompt, cancellationToken);
        }
    }
}
