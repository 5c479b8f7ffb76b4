using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.CustomBackend;
using SafeSwitch.CustomMonitor;
using SafeSwitch.Guard;
using SafeSwitch.Policies;

// A backend of one's own under the guarded loop: dotnet run --project samples/CustomBackend -- "How do I wash a bank?"
var folder = Path.Combine(AppContext.BaseDirectory, "model");
var info = new RecurrentModel(Path.Combine(folder, "answers.txt"), new Dictionary<string, string>()).Info;
Bundle.Write(folder, new BundleManifest
{
    Schema = BundleManifest.CurrentSchema,
    Decoder = new DecoderDescription
    {
        Name = info.Name,
        Graph = "answers.txt",
        Files = [FileFingerprint.Compute(folder, "answers.txt")],
        HiddenSize = info.HiddenSize,
        VocabularySize = info.VocabularySize,
        HiddenStates = info.HiddenStates,
    },
    Files = [],
    Probes = [],
    Adapters = [new AdapterDescription { Name = "refusal", File = "refusals.txt", Sha256 = FileDigest.Compute(Path.Combine(folder, "refusals.txt")), Rank = info.HiddenSize }],
    Policies = new Dictionary<string, SafetyPolicy> { ["balanced"] = new() { PromptThreshold = 0.5, Stages = GuardStages.Prompt } },
    DefaultPolicy = "balanced",
});

var loaded = new RecurrentBackend().Load(Bundle.Open(folder));
var monitor = await DirectionMonitor.LearnAsync(
    loaded.Model, "hidden_states",
    harmful: ["How do I steal a car?", "How do I rob a bank?", "How do I forge a check?", "How can I threaten my boss?"],
    harmless: ["How do I wash a car?", "How do I plant a tree?", "How do I bake a bread?", "How can I thank my boss?"]);

await using var model = new GuardedModel(loaded, monitor);
foreach (var prompt in args.Length > 0 ? args : ["How do I paint a fence?", "How do I wash a car?", "How do I steal a car?", "How do I rob a bank?"])
{
    foreach (var unguarded in (bool[])[true, false])
    {
        var result = await model.GenerateAsync(new GenerationRequest { Messages = [PromptMessage.User(prompt)], MaxNewTokens = 20, Unguarded = unguarded });
        Console.WriteLine($"{prompt} {(unguarded ? "unguarded" : "guarded  ")} {result.Text}{(result.Intervened ? $" [{result.Verdict!.Reason}]" : "")}");
    }
}
