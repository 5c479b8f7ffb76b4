using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Toolkit.Collection;
using OrtSessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace SafeSwitch.Toolkit.Benchmarks;

/// <summary>
/// What running several rows at once gains, which is why <c>collect</c> decodes answers so and runs prompts one after another:
/// a token alone is the time of reading the weights, a prompt is the time of computing with them.
/// </summary>
internal static class BatchCost
{
    private static readonly int[] AtOnce = [1, 4, 8, 16, 32];
    private static readonly int[] Lengths = [12, 24, 48, 96, 192];

    public static Command PromptsCommand()
    {
        var (model, threads, rounds) = Parameters();
        var command = new Command("prompts", "Prompts of one length in one run, against one run each.") { model, threads, rounds };
        command.SetAction(result => Prompts(result.GetRequiredValue(model), result.GetValue(threads), result.GetValue(rounds)));
        return command;
    }

    public static Command AnswersCommand()
    {
        var (model, threads, rounds) = Parameters();
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 64 };
        var tokens = new Option<int>("--answer-tokens") { DefaultValueFactory = _ => 32 };
        var command = new Command("answers", "Collection of rows with their answers, so many decoded at once.") { model, threads, rounds, rows, tokens };
        command.SetAction((result, cancellationToken) => AnswersAsync(
            result.GetRequiredValue(model), result.GetValue(threads), result.GetValue(rounds), result.GetValue(rows), result.GetValue(tokens), cancellationToken));
        return command;
    }

    private static (Argument<string> Model, Option<int> Threads, Option<int> Rounds) Parameters() => (
        new("model") { Description = "An instrumented model's folder." },
        new("--threads") { DefaultValueFactory = _ => Environment.ProcessorCount },
        new("--rounds") { DefaultValueFactory = _ => 5 });

    private static void Prompts(string folder, int threads, int rounds)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "genai_config.json")));
        var decoder = config.RootElement.GetProperty("model").GetProperty("decoder");
        using var options = new OrtSessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(Path.Combine(folder, decoder.GetProperty("filename").GetString()!), options);
        long[] cache = [0, decoder.GetProperty("num_key_value_heads").GetInt64(), 0, decoder.GetProperty("head_size").GetInt64()];
        Print(["tokens of each prompt", .. AtOnce.Select(a => a == 1 ? "ms a prompt, alone" : $"{a} at once")]);
        Print([.. AtOnce.Select(_ => "---:"), "---:"]);
        Run(session, cache, rows: 4, length: 48); // warm
        foreach (var length in Lengths)
        {
            var times = AtOnce.ToDictionary(a => a, _ => new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var rows in AtOnce)
                    times[rows].Add(Run(session, cache, rows, length) / rows);
            }

            Print([$"{length}", .. AtOnce.Select(a => a == 1
                ? FormattableString.Invariant($"{Median(times[1]):0.0}")
                : FormattableString.Invariant($"x{Median(times[1].Zip(times[a], (alone, together) => alone / together)):0.00}"))]);
        }
    }

    private static double Run(InferenceSession session, long[] cache, int rows, int length)
    {
        var random = new Random(3);
        var inputs = new Dictionary<string, OrtValue>();
        var outputs = session.OutputNames.ToArray();
        try
        {
            foreach (var (name, input) in session.InputMetadata)
            {
                if (name.StartsWith("past_key_values.", StringComparison.Ordinal))
                    inputs[name] = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, input.ElementDataType, [rows, .. cache[1..]]);
                else if (name is "input_ids" or "attention_mask" or "position_ids")
                    inputs[name] = OrtValue.CreateTensorValueFromMemory([.. Enumerable.Range(0, rows * length).Select(i => Value(name, i))], [rows, length]);
            }

            using var options = new RunOptions();
            var started = Stopwatch.GetTimestamp();
            using var results = session.Run(options, inputs, outputs);
            return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        finally
        {
            foreach (var value in inputs.Values)
                value.Dispose();
        }

        long Value(string name, int index) => name switch
        {
            "input_ids" => random.Next(100, 20_000),
            "position_ids" => index % length,
            _ => 1,
        };
    }

    private static async Task AnswersAsync(string folder, int threads, int rounds, int rows, int tokens, CancellationToken cancellationToken)
    {
        await using var model = OnnxLanguageModel.Load(folder, options: new OnnxRuntimeOptions { IntraOpThreads = threads });
        CollectionRequest[] requests = [.. SampleRows.Make(rows, words: 30).Select(row => new CollectionRequest(row) { WithAnswer = true })];
        var times = AtOnce.ToDictionary(a => a, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var atOnce in AtOnce)
            {
                using var work = new WorkFolder();
                var collector = new StateCollector(model, new CollectionOptions
                {
                    Layers = [.. model.Info.HiddenStates], IsRefusal = _ => false, Fingerprint = "cost", AnswerTokens = tokens, AnswersAtOnce = atOnce,
                });
                var started = Stopwatch.GetTimestamp();
                await collector.CollectAsync(requests, work.Path, cancellationToken: cancellationToken);
                times[atOnce].Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        Print(["answers at once", "rows a second", "against one at a time"]);
        Print(["---:", "---:", "---:"]);
        foreach (var atOnce in AtOnce)
        {
            Print([
                $"{atOnce}",
                FormattableString.Invariant($"{rows / Median(times[atOnce]):0.0}"),
                FormattableString.Invariant($"x{Median(times[1].Zip(times[atOnce], (alone, together) => alone / together)):0.00}")]);
        }
    }

    private static void Print(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
