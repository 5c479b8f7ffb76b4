using System.CommandLine;
using System.Diagnostics;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>What decoding several answers at once gains: a token alone is the time of reading the weights, which then serve all.</summary>
internal static class AnswerBatchCost
{
    public static Command Command()
    {
        var model = new Argument<string>("model") { Description = "An instrumented model's folder." };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 5 };
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 64 };
        var tokens = new Option<int>("--answer-tokens") { DefaultValueFactory = _ => 32 };
        var command = new Command("answers", "Collection of rows with their answers, so many decoded at once.") { model, threads, rounds, rows, tokens };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(model), result.GetValue(threads), result.GetValue(rounds), result.GetValue(rows), result.GetValue(tokens), cancellationToken));
        return command;
    }

    private static async Task RunAsync(string folder, int threads, int rounds, int rows, int tokens, CancellationToken cancellationToken)
    {
        await using var model = OnnxLanguageModel.Load(folder, options: new OnnxRuntimeOptions { IntraOpThreads = threads });
        CollectionRequest[] requests = [.. SampleRows.Make(rows, words: 30).Select(row => new CollectionRequest(row) { WithAnswer = true })];
        var times = BatchTable.AtOnce.ToDictionary(a => a, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var atOnce in BatchTable.AtOnce)
            {
                using var work = new WorkFolder();
                var collector = new StateCollector(model, "cost", new CollectionOptions { AnswerTokens = tokens, AnswersAtOnce = atOnce })
                {
                    IsRefusal = _ => false,
                };
                var started = Stopwatch.GetTimestamp();
                await collector.CollectAsync(requests, work.Path, cancellationToken: cancellationToken);
                times[atOnce].Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        BatchTable.Print(["answers at once", "rows a second", "against one at a time"]);
        BatchTable.Print(["---:", "---:", "---:"]);
        foreach (var atOnce in BatchTable.AtOnce)
        {
            BatchTable.Print([
                $"{atOnce}",
                FormattableString.Invariant($"{rows / Median.Of(times[atOnce]):0.0}"),
                FormattableString.Invariant($"x{Median.Of(times[1].Zip(times[atOnce], (alone, together) => alone / together)):0.00}")]);
        }
    }
}
