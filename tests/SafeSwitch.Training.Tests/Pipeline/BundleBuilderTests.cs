using Microsoft.Extensions.AI;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Settings;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Pipeline;

/// <summary>The whole way from a model folder to a bundle, on a decoder of three layers.</summary>
public sealed class BundleBuilderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("build-").FullName;
    private readonly List<BuildProgress> reports = [];

    private string RecipePath => Path.Combine(folder, "recipe.json");

    private string DataFolder => Path.Combine(folder, "data");

    [Fact]
    public async Task A_recipe_becomes_a_bundle_that_loads_and_an_unchanged_one_is_not_built_again()
    {
        Prepare();

        var bundle = await Build();

        Assert.NotNull(bundle);
        Assert.Equal(["prompt", "compliance"], bundle.Manifest.Probes.Select(p => p.Name));
        Assert.Equal(["hidden_states", "hidden_states.1"], bundle.Manifest.Decoder.HiddenStates.Order());
        Assert.Equal(["balanced", "permissive", "strict"], bundle.Manifest.Policies.Keys.Order());
        Assert.All(bundle.Manifest.Probes, p => Assert.Equal(3, p.Calibration.Count));
        var set = bundle.Manifest.Provenance!.DataSets.Single(d => d.Name == "rows.jsonl");
        Assert.Equal((60, "MIT"), (set.Rows, set.Licences["test"]));
        Assert.All(["prompt", "response"], name => Assert.True(File.Exists(Path.Combine(folder, "reference", $"{name}.onnx"))));
        Assert.Empty(Directory.EnumerateFiles(folder, "*.tmp", SearchOption.AllDirectories));
        await using (var loaded = new OnnxRuntimeBackend().Load(bundle))
            Assert.Equal(2, loaded.Probes.Count);

        var before = Snapshot();
        reports.Clear();
        await Build();
        Assert.Equal(before, Snapshot());
        Assert.DoesNotContain(reports, r => r.Step.StartsWith("probe", StringComparison.Ordinal) || r.Step == "adapter");
    }

    [Fact]
    public async Task A_build_taken_step_by_step_ends_where_one_in_a_go_does()
    {
        Prepare();
        await Build();
        var whole = Snapshot();
        Directory.Delete(Path.Combine(folder, ".build"), recursive: true);
        foreach (var name in (string[])["probes", "adapters", "reference"])
            Directory.Delete(Path.Combine(folder, name), recursive: true);

        foreach (var step in (BuildStep[])[BuildStep.Instrument, BuildStep.Collect, BuildStep.Judge, BuildStep.Adapter, BuildStep.Probes])
            Assert.Null(await Build(new BuildOptions { LastStep = step, Threads = 1 }));
        await Build();

        Assert.Equal(whole, Snapshot());
    }

    /// <summary>As the verbs do: what the model says is labelled by the matcher, the recipe's texts and its patterns, again whenever they change.</summary>
    [Fact]
    public async Task Answers_are_labelled_by_the_recipe_s_own_rules()
    {
        Prepare();
        await Build(new BuildOptions { LastStep = BuildStep.Judge, Threads = 1 });
        Assert.Contains(true, Labels());

        Prepare(more: """ "refusal_patterns": [ "." ],""");
        await Build(new BuildOptions { LastStep = BuildStep.Judge, Threads = 1 });
        Assert.All(Labels(), Assert.False);

        IEnumerable<bool> Labels() => Directory.EnumerateFiles(Path.Combine(folder, ".build", "states"), "*.jsonl")
            .SelectMany(StateShard.ReadRows).Select(r => r.Row).Where(r => !string.IsNullOrWhiteSpace(r.Answer)).Select(r => r.Complied!.Value);
    }

    [Fact]
    public async Task What_a_verb_can_set_of_probe_and_report_a_recipe_can()
    {
        Prepare(more: """ "evaluation": { "suite": "suite.json", "with_text": false, "judge": { "endpoint": "http://localhost/v1", "model": "m", "prompt": "judge.txt" }, "judge_sample": 7 },""");
        // The prompt probe is the first design of the file.
        var recipe = File.ReadAllText(RecipePath);
        File.WriteAllText(RecipePath, recipe.Insert(recipe.IndexOf("\"design\"", StringComparison.Ordinal), "\"label\": \"investment-advice\", "));
        File.WriteAllText(Path.Combine(DataFolder, "judge.txt"), "{request} {answer}");
        BuildEvaluation? given = null;

        var bundle = await Build(new BuildOptions { Threads = 1, Strict = true, Evaluate = (evaluation, _) => Task.FromResult(given = evaluation) });

        Assert.Equal("investment-advice", bundle!.Manifest.Probes[0].Label);
        Assert.Equal((false, true, 7, Path.Combine(DataFolder, "judge.txt")), (given!.WithText, given.Strict, given.JudgeSample, given.Judge!.Prompt));
    }

    [Theory]
    [InlineData(""" "refusal_patterns": [ "(" ],""", "refusal_patterns")]
    [InlineData(""" "evaluation": { "suite": "suite.json", "judge_sample": 7 },""", "evaluation.judge_sample")]
    public async Task What_a_recipe_says_amiss_is_told_before_anything_is_done(string more, string field)
    {
        Prepare(more: more);
        Assert.Contains($" {field}: found ", (await Assert.ThrowsAsync<RecipeException>(() => Build())).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, ".build")));
    }

    [Fact]
    public async Task A_source_without_a_licence_is_not_trained_on()
    {
        Prepare(licences: "{}");
        var error = await Assert.ThrowsAsync<RecipeException>(() => Build());
        Assert.Contains("test", error.Message, StringComparison.Ordinal);
        Assert.Contains("licence", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_data_file_is_named_with_the_places_looked_in()
    {
        Prepare();
        File.Delete(Path.Combine(DataFolder, "rows.jsonl"));
        var error = await Assert.ThrowsAsync<RecipeException>(() => Build());
        Assert.Contains("rows.jsonl", error.Message, StringComparison.Ordinal);
        Assert.Contains(DataFolder, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_that_names_a_judge_or_a_suite_is_not_begun_by_a_host_that_has_none()
    {
        Prepare(more: """ "judge": { "endpoint": "http://localhost/v1", "model": "m" }, """);
        Assert.Equal("judge_client", Assert.Single((await Assert.ThrowsAsync<SettingsException>(() => Build())).Problems).Setting);
        Prepare(more: """ "evaluation": { "suite": "suite.json" }, """);
        Assert.Equal("evaluate", Assert.Single((await Assert.ThrowsAsync<SettingsException>(() => Build())).Problems).Setting);
        Assert.False(Directory.Exists(Path.Combine(folder, ".build")));
        Assert.NotNull(await Build(new BuildOptions { Threads = 1, LastStep = BuildStep.Bundle }));
    }

    [Fact]
    public async Task The_judge_of_a_recipe_labels_the_answers_and_its_suite_is_the_last_step()
    {
        Prepare(more: """ "judge": { "endpoint": "http://localhost/v1", "model": "m" }, "evaluation": { "suite": "suite.json", "report": "out" }, """);
        var judge = new YesClient();
        var evaluations = new List<BuildEvaluation>();
        var options = new BuildOptions
        {
            Threads = 1,
            JudgeClient = recipe => recipe.Model == "m" ? judge : throw new InvalidOperationException(),
            Evaluate = (evaluation, _) =>
            {
                evaluations.Add(evaluation);
                return Task.CompletedTask;
            },
        };

        var bundle = await Build(options);

        using (var store = StateStore.Open(Path.Combine(folder, ".build", "states")))
            Assert.All(store.Rows.Where(r => r.Answer is not null), r => Assert.Equal(("m", true), (r.Judgement!.Judge, r.Judgement.Complied)));
        var asked = judge.Calls;
        Assert.True(asked > 0);
        Assert.Equal((bundle!.Folder, Path.Combine(folder, "suite.json"), Path.Combine(folder, "out"), DataFolder), (evaluations[0].Bundle.Folder, evaluations[0].Suite, evaluations[0].Report, evaluations[0].DataFolder));
        await Build(options);
        Assert.Equal(asked, judge.Calls);

        // A recipe without a judge ends where it would have without the judge before.
        Prepare();
        await Build();
        using var plain = StateStore.Open(Path.Combine(folder, ".build", "states"));
        Assert.All(plain.Rows, r => Assert.Null(r.Judgement));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<Bundle?> Build(BuildOptions? options = null) => BundleBuilder.BuildAsync(
        RecipePath, DataFolder, options ?? new BuildOptions { Threads = 1 }, new Recorder(reports), TestContext.Current.CancellationToken);

    /// <summary>Everything that ships, by content.</summary>
    private List<(string, string)> Snapshot() =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.Contains(".build", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => (Path.GetRelativePath(folder, f), Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))))];

    private void Prepare(string licences = """{ "test": "MIT" }""", string more = "")
    {
        foreach (var file in Directory.EnumerateFiles(Fixtures.Decoder("llama", "fp32")))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        Directory.CreateDirectory(DataFolder);
        File.WriteAllLines(Path.Combine(DataFolder, "rows.jsonl"), Enumerable.Range(0, 70).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "{{(i % 2 == 0 ? "bad" : "good")}} {{i * 7919 % 97}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "test", "split": "{{(i >= 60 ? "test" : i % 5 is 0 or 1 ? "validation" : "train")}}"}"""));
        File.WriteAllText(Path.Combine(folder, "wrappers.json"), """{ "frames": [ { "id": "w1", "text": "Say: {prompt}", "split": "train" } ] }""");
        File.WriteAllText(Path.Combine(folder, "refusals.json"),
            """
            {
              "kinds": [ { "id": "bad", "topic": "bad things", "keywords": ["bad"], "refusals": ["I can't help with bad things."] } ],
              "general": { "id": "general", "topic": "that", "keywords": [], "refusals": ["I can't help with that."] }
            }
            """);
        File.WriteAllText(RecipePath,
            $$"""
            {
              "name": "tiny",{{more}}
              "collect": { "layers": [1, 2], "answer_tokens": 6, "pilot_tokens": 3 },
              "data": [ { "file": "rows.jsonl", "harmful_answers": 20, "harmless_answers": 10, "refusals": 15, "licences": {{licences}} } ],
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
                  {"policy": "permissive", "max_false_positive_rate": 0.003},
                  {"policy": "balanced", "max_false_positive_rate": 0.1},
                  {"policy": "strict", "max_false_positive_rate": 0.2}
                ]
              }
            }
            """);
    }

    private sealed class YesClient : IChatClient
    {
        private int calls;

        public int Calls => calls;

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref calls);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "Yes.")));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class Recorder(List<BuildProgress> reports) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value)
        {
            lock (reports)
                reports.Add(value);
        }
    }
}
