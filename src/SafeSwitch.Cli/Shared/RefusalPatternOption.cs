using System.CommandLine;
using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Cli.Shared;

/// <summary>What else than the matcher's words counts as a refusal.</summary>
internal sealed class RefusalPatternOption
{
    private readonly Option<string[]> patterns = new("--refusal-pattern")
    {
        Description = "A regular expression that the beginning of a refusal of yours matches, in whatever language; the built-in matcher reads English",
        HelpName = "REGEX",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>A suite says it by itself.</summary>
    public Option Option => patterns;

    public void AddTo(Command command) => command.Add(patterns);

    public IReadOnlyList<string> Read(VerbCall call) => call.Get(patterns) ?? [];

    /// <param name="call">The call.</param>
    /// <param name="texts">Texts that are said to refuse, if they are known.</param>
    public RefusalRules Rules(VerbCall call, RefusalTexts? texts) => new(Read(call), RefusalRules.TextsOf(texts));
}
