using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Policies;

namespace SafeSwitch.Reliability.Soak;

/// <summary>A request with the answers that it has when nothing else runs.</summary>
/// <param name="Request">The request.</param>
/// <param name="Alone">Its answer.</param>
/// <param name="Unguarded">Its answer without a guard.</param>
/// <param name="Refused">Its answer when the guard intervenes at once: what a monitor that fails comes to.</param>
internal sealed record Question(GenerationRequest Request, string Alone, string Unguarded, string Refused)
{
    private static readonly string[] Words =
        ["water", "seven", "bright", "how", "make", "list", "quick", "river", "explain", "paper", "north", "people", "lock", "steal", "bake", "bomb", "garden", "night", "secret", "écoute", "数", "🙂"];

    /// <summary>Questions of lengths from a line to a page, answered one after another.</summary>
    public static async Task<IReadOnlyList<Question>> AskAloneAsync(GuardedModel model, int count, int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var refusing = new SafetyPolicy { PromptThreshold = 0, ResponseThreshold = 0, PilotTokens = 1, MonitorTimeout = TimeSpan.FromMinutes(1) };
        var most = Math.Max(8, model.Info.ContextLength / 8);
        var questions = new List<Question>();
        for (var i = 0; i < count; i++)
        {
            // Most are short, as requests are.
            var length = random.Next(3, i % 4 == 0 ? most : Math.Max(6, most / 8));
            var request = new GenerationRequest
            {
                Messages = [PromptMessage.User(string.Join(' ', Enumerable.Range(0, Math.Min(length, 220)).Select(_ => Words[random.Next(Words.Length)])))],
                MaxNewTokens = random.Next(4, 33),
            };
            var alone = await model.GenerateAsync(request, cancellationToken);
            var unguarded = await model.GenerateAsync(request with { Unguarded = true }, cancellationToken);
            var refused = await model.GenerateAsync(request with { Policy = refusing }, cancellationToken);
            questions.Add(new Question(request, alone.Text, unguarded.Text, refused.Text));
        }

        return questions;
    }
}
