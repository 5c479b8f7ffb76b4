using System.CommandLine;
using System.Diagnostics;
using SafeSwitch.Backends;
using SafeSwitch.Monitoring;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Toolkit.Collection;
using SafeSwitch.Toolkit.Data;

namespace SafeSwitch.Toolkit.Benchmarks;

/// <summary>Collecting against the plain forward pass of the same tokens, in the same run.</summary>
internal static class CollectCost
{
    public static Command Command()
    {
        var bundle = new Argument<string>("bundle") { Description = "An instrumented model's folder." };
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 64 };
        var words = new Option<int>("--words") { Description = "Words of each prompt.", DefaultValueFactory = _ => 60 };
        var command = new Command("collect", "Collection of prompt states, without answers.") { bundle, rows, words };
        command.SetAction((result, cancellationToken) => RunAsync(result.GetRequiredValue(bundle), result.GetValue(rows), result.GetValue(words), cancellationToken));
        return command;
    }

    private static async Task RunAsync(string bundle, int rows, int words, CancellationToken cancellationToken)
    {
        using var folder = new WorkFolder();
        await using var model = OnnxLanguageModel.Load(bundle, options: new OnnxRuntimeOptions { IntraOpThreads = Environment.ProcessorCount });
        var requests = Requests(rows, words);
        var collector = new StateCollector(model, new CollectionOptions { Layers = [.. model.Info.HiddenStates], IsRefusal = _ => false, Fingerprint = "cost" });
        var prompts = requests.Select(request => model.Tokenizer.Encode(request.Row.Messages).Tokens).ToList();
        await ForwardAsync(model, prompts.Take(4), [], cancellationToken); // warm

        var plain = await TimeAsync(() => ForwardAsync(model, prompts, [], cancellationToken));
        var started = Stopwatch.GetTimestamp();
        var summary = await collector.CollectAsync(requests, folder.Path, cancellationToken: cancellationToken);
        var collecting = Stopwatch.GetElapsedTime(started).TotalSeconds;
        plain = (plain + await TimeAsync(() => ForwardAsync(model, prompts, [], cancellationToken))) / 2;
        var tokens = prompts.Sum(prompt => prompt.Length);
        Meter.Print($"plain forward pass: {tokens / plain:N0} prompt tokens/s, {rows / plain:0.0} rows/s");
        Meter.Print($"collect, {model.Info.HiddenStates.Count} layers: {tokens / collecting:N0} prompt tokens/s, {rows / collecting:0.0} rows/s; {summary.TokensRun:N0} of {summary.PromptTokens:N0} tokens run; {plain / collecting:0.00} of the plain rate");
    }

    private static async Task<double> TimeAsync(Func<Task> step)
    {
        var started = Stopwatch.GetTimestamp();
        await step();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task ForwardAsync(OnnxLanguageModel model, IEnumerable<ReadOnlyMemory<int>> prompts, string[] states, CancellationToken cancellationToken)
    {
        foreach (var prompt in prompts)
        {
            await using var session = await model.OpenSessionAsync(new SessionOptions { Capacity = prompt.Length, HiddenStates = states }, cancellationToken);
            await session.PrefillAsync(prompt, cancellationToken);
        }
    }

    private static List<CollectionRequest> Requests(int rows, int words)
    {
        string[] vocabulary = ["water", "seven", "bright", "under", "make", "list", "quick", "river", "explain", "paper", "north", "people"];
        var random = new Random(2);
        return [.. Enumerable.Range(0, rows).Select(row => new CollectionRequest(new DataRow
        {
            Id = $"{row}", Set = "made-up", Source = "made up", Split = "train", Harmful = row % 2 == 0,
            Messages = [PromptMessage.User(string.Join(' ', Enumerable.Range(0, random.Next(words / 2, words * 3 / 2)).Select(_ => vocabulary[random.Next(vocabulary.Length)])))],
        }))];
    }
}
