using SafeSwitch.Auditing;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.Tests.Fakes;

/// <summary>Toy bundles, models and requests.</summary>
internal static class Toy
{
    /// <summary>A digest of the right form, of nothing.</summary>
    public static readonly string NoDigest = new('0', 64);

    public static BundleManifest Manifest { get; } = new()
    {
        Schema = BundleManifest.CurrentSchema,
        Decoder = new DecoderDescription
        {
            Name = "toy",
            Graph = "model.onnx",
            Files = [new FileFingerprint { File = "model.onnx", Length = 3, Digest = NoDigest, Sha256 = NoDigest }],
            HiddenSize = ToyModel.Width,
            VocabularySize = ToyModel.Vocabulary,
            HiddenStates = [ToyModel.PromptState, ToyModel.ResponseState],
        },
        Files = [],
        Probes =
        [
            new ProbeDescription { Name = "prompt", File = "prompt.onnx", Sha256 = NoDigest, Stage = MonitorStage.Prompt, HiddenStates = [ToyModel.PromptState], Pooling = "last" },
            new ProbeDescription { Name = "response", File = "response.onnx", Sha256 = NoDigest, Stage = MonitorStage.Response, HiddenStates = [ToyModel.ResponseState], Pooling = "mean" },
        ],
        Adapters = [new AdapterDescription { Name = "refusal", File = "refusal.onnx_adapter", Sha256 = NoDigest, Rank = 4 }],
        Policies = new Dictionary<string, SafetyPolicy>
        {
            ["balanced"] = new() { PromptThreshold = 0.7, PilotTokens = 3 },
            ["strict"] = new() { PromptThreshold = 0.3, Stages = GuardStages.Prompt },
        },
        DefaultPolicy = "balanced",
    };

    private static readonly Lazy<Bundle> Read = new(() =>
    {
        using var folder = WriteBundle();
        return Bundle.Read(folder.Path);
    });

    /// <summary>A folder with a toy <c>safeswitch.json</c>, for what reads one; the caller deletes it.</summary>
    public static TemporaryFolder WriteBundle(BundleManifest? manifest = null)
    {
        var folder = new TemporaryFolder();
        Bundle.Write(folder.Path, manifest ?? Manifest);
        return folder;
    }

    /// <summary>A folder whose files are the ones that its manifest names; the caller deletes it.</summary>
    public static TemporaryFolder WriteOpenableBundle(BundleManifest? manifest = null)
    {
        var folder = new TemporaryFolder();
        manifest ??= Manifest;
        foreach (var file in new[] { "prompt.onnx", "response.onnx", "refusal.onnx_adapter", "tokenizer.json", "chat_template.jinja" })
            File.WriteAllText(folder.File(file), file);
        File.WriteAllText(folder.File("model.onnx"), "model");
        Bundle.Write(folder.Path, manifest with
        {
            Decoder = manifest.Decoder with { Files = [FileFingerprint.Compute(folder.Path, "model.onnx")] },
            Files = FileDigest.OfFolder(folder.Path),
            Probes = [.. manifest.Probes.Select(p => p with { Sha256 = FileDigest.Compute(folder.File(p.File)) })],
            Adapters = [.. manifest.Adapters.Select(a => a with { Sha256 = FileDigest.Compute(folder.File(a.File)) })],
        });
        return folder;
    }

    public static GuardedModel Guard(ToyModel model, ISafetyMonitor monitor, TimeProvider? time = null)
    {
        return new GuardedModel(new LoadedBundle(Read.Value, model, []), monitor, time: time);
    }

    public static GuardedModel Guard(ToyModel model, ISafetyMonitor monitor, IAuditSink audit) =>
        new(new LoadedBundle(Read.Value, model, []), monitor) { Audit = audit };

    public static GuardedModel Guard(ToyModel model, ISafetyMonitor monitor, RequestQueue queue, TimeProvider? time = null, string name = "") =>
        new(new LoadedBundle(Read.Value, model, []), monitor, time: time) { Queue = queue, Name = name };

    public static GenerationRequest Request(SafetyPolicy? policy = null, int maxNewTokens = 20, int? seed = null) => new()
    {
        Messages = [PromptMessage.User("hello")],
        MaxNewTokens = maxNewTokens,
        Policy = policy,
        Sampling = seed is null ? SamplingOptions.Greedy : new SamplingOptions { Temperature = 0.9f, TopP = 0.9f, TopK = 40, RepetitionPenalty = 1.1f, Seed = seed },
    };
}
