using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>
/// What running several prompts at once gains, which is why <c>collect</c> runs one after another: a prompt is the time of computing
/// with the weights, not of reading them.
/// </summary>
internal static class PromptBatchCost
{
    private static readonly int[] Lengths = [12, 24, 48, 96, 192];

    public static Command Command()
    {
        var model = new Argument<string>("model") { Description = "An instrumented model's folder." };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => Environment.ProcessorCount };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 5 };
        var command = new Command("prompts", "Prompts of one length in one run, against one run each.") { model, threads, rounds };
        command.SetAction(result => Run(result.GetRequiredValue(model), result.GetValue(threads), result.GetValue(rounds)));
        return command;
    }

    private static void Run(string folder, int threads, int rounds)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "genai_config.json")));
        var decoder = config.RootElement.GetProperty("model").GetProperty("decoder");
        using var options = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(Path.Combine(folder, decoder.GetProperty("filename").GetString()!), options);
        long[] cache = [0, decoder.GetProperty("num_key_value_heads").GetInt64(), 0, decoder.GetProperty("head_size").GetInt64()];
        BatchTable.Print(["tokens of each prompt", .. BatchTable.AtOnce.Select(a => a == 1 ? "ms a prompt, alone" : $"{a} at once")]);
        BatchTable.Print([.. BatchTable.AtOnce.Select(_ => "---:"), "---:"]);
        Time(session, cache, rows: 4, length: 48); // warm
        foreach (var length in Lengths)
        {
            var times = BatchTable.AtOnce.ToDictionary(a => a, _ => new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                foreach (var rows in BatchTable.AtOnce)
                    times[rows].Add(Time(session, cache, rows, length) / rows);
            }

            BatchTable.Print([$"{length}", .. BatchTable.AtOnce.Select(a => a == 1
                ? FormattableString.Invariant($"{Median.Of(times[1]):0.0}")
                : FormattableString.Invariant($"x{Median.Of(times[1].Zip(times[a], (alone, together) => alone / together)):0.00}"))]);
        }
    }

    private static double Time(InferenceSession session, long[] cache, int rows, int length)
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
}
