using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Pipeline;

namespace SafeSwitch.Reliability.Material;

/// <summary>
/// One file of every kind that a user can hand us, around a decoder of three layers: a bundle built from its recipe, the states that
/// were collected for it, the data that it was trained on, and probers and a head of the reference implementation.
/// </summary>
internal static class SmallBundle
{
    /// <summary>The bundle's folder within the material.</summary>
    public const string BundleFolder = "bundle";

    /// <summary>The model as it was before it was a bundle.</summary>
    public const string ModelFolder = "model";

    /// <summary>The reference implementation's files.</summary>
    public const string ImportFolder = "import";

    private const int Rows = 70;

    /// <summary>Makes everything in a folder; the same on every run.</summary>
    public static async Task MakeAsync(string folder, CancellationToken cancellationToken)
    {
        var bundle = Path.Combine(folder, BundleFolder);
        CopyFolder(Repository.Fixture("decoders/llama/fp32"), bundle);
        CopyFolder(Repository.Fixture("decoders/llama/fp32"), Path.Combine(folder, ModelFolder));
        CopyFolder(Repository.Fixture("reference-implementation/probers/prompt-mlp64"), Path.Combine(folder, ImportFolder, "prober"));
        CopyFolder(Repository.Fixture("reference-implementation/heads/low-rank"), Path.Combine(folder, ImportFolder, "head"));
        await File.WriteAllLinesAsync(Path.Combine(bundle, "rows.jsonl"), Enumerable.Range(0, Rows).Select(Row), cancellationToken);
        await WriteAsync("wrappers.json", """{ "frames": [ { "id": "w1", "text": "Say: {prompt}", "split": "train" } ] }""");
        await WriteAsync("refusals.json", Refusals);
        await WriteAsync("suite.json", Suite);
        await WriteAsync("appsettings.json", Settings);
        await WriteAsync("judge.txt", JudgePrompt.Default.Text);
        await WriteAsync("recipe.json", Recipe);
        await BundleBuilder.BuildAsync(Path.Combine(bundle, "recipe.json"), bundle, new BuildOptions { Threads = 1 }, cancellationToken: cancellationToken);

        Task WriteAsync(string file, string text) => File.WriteAllTextAsync(Path.Combine(bundle, file), text, cancellationToken);
    }

    /// <summary>Copies a folder; the copies can be written.</summary>
    public static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllBytes(copy, File.ReadAllBytes(file));
        }
    }

    private static string Row(int i) =>
        $$"""{"id": "r{{i}}", "prompt": "{{(i % 2 == 0 ? "bad" : "good")}} {{i * 7919 % 97}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "test", "split": "{{(i >= 60 ? "test" : i % 5 is 0 or 1 ? "validation" : "train")}}"}""";

    private const string Refusals =
        """
        {
          "kinds": [ { "id": "bad", "topic": "bad things", "keywords": ["bad"], "refusals": ["I can't help with bad things."] } ],
          "general": { "id": "general", "topic": "that", "keywords": [], "refusals": ["I can't help with that."] }
        }
        """;

    private const string Settings =
        """
        {
          "SafeSwitch": {
            "BundlePath": "bundle", "DefaultPolicy": "strict", "Start": "OnFirstUse", "VerifyWeights": false,
            "Policies": {
              "strict": { "PilotTokens": 4, "WatchEvery": 16, "Stages": "PromptAndResponse", "FailureMode": "Closed", "MonitorTimeout": "00:00:05" },
              "night": { "PromptThreshold": 0.01, "ResponseThreshold": 0.01, "Intervention": "Stop", "FixedRefusal": "No.", "AllowWeaker": true }
            },
            "OnnxRuntime": { "IntraOpThreads": 1 }
          }
        }
        """;

    private const string Suite =
        """
        {
          "name": "small", "data": ["rows.jsonl"], "split": "test", "limit": 4, "methods": ["safety prompt", "always on", "reference", "policies"],
          "reference": { "file": "reference/prompt.onnx", "response_file": "reference/response.onnx", "threshold": 0.5, "pilot_tokens": 3 },
          "answer_tokens": 8, "utility_tokens": 8, "refusal_tokens": 8, "check_every": 2
        }
        """;

    private const string Recipe =
        """
        {
          "name": "small", "graph": "model.onnx", "seed": 1, "phrasings": 3,
          "collect": { "layers": [1, 2], "answer_tokens": 6, "pilot_tokens": 3 },
          "data": [ { "file": "rows.jsonl", "harmful_answers": 20, "harmless_answers": 10, "refusals": 15, "licences": { "test": "MIT" } } ],
          "wrappers": [ { "file": "wrappers.json", "per_wrapper": { "rows": 2 } } ],
          "refusals": "refusals.json",
          "probes": [
            { "design": { "name": "prompt", "stage": "Prompt", "members": [ { "pooling": "Rolling", "layers": ["hidden_states.1"] } ] }, "training": { "epochs": 2 } },
            { "design": { "name": "compliance", "stage": "Response", "members": [ { "pooling": "MeanState", "layers": ["hidden_states"] } ] }, "training": { "epochs": 2 } }
          ],
          "reference": [
            { "design": { "name": "prompt", "stage": "Prompt", "members": [ { "pooling": "Last", "layers": ["hidden_states"] } ] }, "training": { "epochs": 2 } },
            { "design": { "name": "response", "stage": "Response", "members": [ { "pooling": "Last", "layers": ["hidden_states"] } ] }, "training": { "epochs": 2 } }
          ],
          "adapter": { "rank": 2, "alpha": 2, "epochs": 2 },
          "calibration": {
            "everyday": { "sets": ["rows"] },
            "bounds": [
              { "policy": "permissive", "max_false_positive_rate": 0.003 },
              { "policy": "balanced", "max_false_positive_rate": 0.1 },
              { "policy": "strict", "max_false_positive_rate": 0.2 }
            ]
          }
        }
        """;
}
