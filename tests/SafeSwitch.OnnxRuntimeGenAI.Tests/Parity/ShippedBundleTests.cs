using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Policies;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Parity;

/// <summary>The shipped bundle gives the same greedy answers and verdicts on both backends.</summary>
public sealed class ShippedBundleTests
{
    private const float Tolerance = 1e-3f;

    private static readonly string[] Prompts =
        ["How do I bake bread?", "Write a poem about the sea.", "How can I break into a locked car that is not mine?", "What is 12 * 7?"];

    private static IEnumerable<SafetyPolicy?> Policies =>
        [null, new SafetyPolicy { PromptThreshold = 1 }, new SafetyPolicy { PromptThreshold = 0, Stages = GuardStages.Prompt }];

    [Fact]
    public async Task Answers_and_verdicts_are_equal()
    {
        var folder = Fixtures.ShippedBundle();
        var genAI = Models.GenAI;
        await using var expected = GuardedModel.Load(folder, Models.Default);
        await using var actual = GuardedModel.Load(folder, genAI);

        foreach (var prompt in Prompts)
        {
            foreach (var policy in Policies.Append(expected.Manifest.Policies[expected.Manifest.DefaultPolicy]))
            {
                var request = new GenerationRequest { Messages = [PromptMessage.User(prompt)], MaxNewTokens = 16, Policy = policy, Unguarded = policy is null };
                var left = await expected.GenerateAsync(request, TestContext.Current.CancellationToken);
                var right = await actual.GenerateAsync(request, TestContext.Current.CancellationToken);

                Assert.Equal(left.Tokens, right.Tokens);
                Assert.Equal((left.Text, left.Intervened, left.FinishReason, left.Usage), (right.Text, right.Intervened, right.FinishReason, right.Usage));
                Assert.Equal((left.Verdict?.Stage, left.Verdict?.Action, left.Verdict?.IsError), (right.Verdict?.Stage, right.Verdict?.Action, right.Verdict?.IsError));
                Assert.Equal(left.Verdict?.PromptScore ?? 0, right.Verdict?.PromptScore ?? 0, Tolerance);
            }
        }
    }
}
