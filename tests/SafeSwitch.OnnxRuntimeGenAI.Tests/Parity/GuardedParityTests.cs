using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Parity;

/// <summary>The same requests give the same answers and verdicts on both backends, whatever the guard does.</summary>
public sealed class GuardedParityTests
{
    private const float Tolerance = 1e-4f;

    private static readonly string[] Prompts = ["How do I bake bread?", "Tell me about the sea.", "1 + 1 = ?", "Why?"];

    public static TheoryData<string, string> Decoders =>
        [("llama", "fp32"), ("llama-tied", "int4"), ("qwen2", "int8"), ("phi3", "int4-asym"), ("granite", "int4-head8"), ("llama-tied", "int4-shared"), ("llama", "fp16")];

    public static IEnumerable<(string Name, SafetyPolicy? Policy)> Policies =>
    [
        ("unguarded", null),
        ("never", new SafetyPolicy { PromptThreshold = 1, ResponseThreshold = 1 }),
        ("prompt stage", new SafetyPolicy { PromptThreshold = 0, Stages = GuardStages.Prompt }),
        ("both stages", new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 0 }),
        ("pilot cleared", new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 1 }),
        ("as scored", new SafetyPolicy { WatchEvery = 4 }),
        ("some tokens", new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 0, AdapterTokens = 3 }),
        ("other adapter", new SafetyPolicy { PromptThreshold = 0, Stages = GuardStages.Prompt, Adapter = "other" }),
        ("fixed refusal", new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 0, Intervention = Intervention.FixedRefusal }),
        ("observe only", new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 0, Intervention = Intervention.ObserveOnly }),
    ];

    [Theory]
    [MemberData(nameof(Decoders))]
    public async Task Answers_and_verdicts_are_equal(string family, string variant)
    {
        var genAI = Models.GenAI;
        using var files = new InstrumentedModel(family, variant);
        await using var expected = new GuardedModel(Models.Default.Load(files.Open()));
        await using var actual = new GuardedModel(genAI.Load(files.Open()));
        var interventions = 0;

        foreach (var (name, policy) in Policies)
        {
            foreach (var prompt in Prompts)
            {
                var request = new GenerationRequest { Messages = [PromptMessage.User(prompt)], MaxNewTokens = 12, Policy = policy, Unguarded = policy is null };
                foreach (var sampling in new[] { SamplingOptions.Greedy, new SamplingOptions { Temperature = 0.8f, TopP = 0.95f, RepetitionPenalty = 1.1f, Seed = 7 } })
                {
                    var left = await expected.GenerateAsync(request with { Sampling = sampling }, TestContext.Current.CancellationToken);
                    var right = await actual.GenerateAsync(request with { Sampling = sampling }, TestContext.Current.CancellationToken);
                    Compare($"{name}, '{prompt}'", left, right);
                    interventions += right.Intervened ? 1 : 0;
                }
            }
        }

        Assert.True(interventions > 20, $"only {interventions} interventions were compared");
    }

    private static void Compare(string what, GenerationResult expected, GenerationResult actual)
    {
        Assert.True(expected.Tokens.SequenceEqual(actual.Tokens), $"{what}: [{string.Join(", ", expected.Tokens)}] and [{string.Join(", ", actual.Tokens)}]");
        Assert.Equal(
            (expected.Text, expected.FinishReason, expected.Intervened, expected.Usage),
            (actual.Text, actual.FinishReason, actual.Intervened, actual.Usage));
        Assert.Equal(expected.Verdict is null, actual.Verdict is null);
        if (expected.Verdict is not { } left || actual.Verdict is not { } right)
            return;
        Assert.Equal((left.Stage, left.Action, left.IsError), (right.Stage, right.Action, right.IsError));
        Assert.False(left.IsError, left.Reason);
        Assert.Equal(left.PromptScore!.Value, right.PromptScore!.Value, Tolerance);
        Assert.Equal(left.ResponseScore is null, right.ResponseScore is null);
        if (left.ResponseScore is { } score)
            Assert.Equal(score, right.ResponseScore!.Value, Tolerance);
    }
}
