using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Tests;

public class HelpTests
{
    public static TheoryData<string> Verbs => [.. All().Select(PathOf)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_of_every_verb_ends_with_an_example_that_parses(string path)
    {
        var run = await Tool.RunAsync([.. path.Split(' '), "--help"]);

        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Contains("Examples:", run.Output, StringComparison.Ordinal);
        var verb = All().Single(v => PathOf(v) == path);
        Assert.NotEmpty(verb.Examples);
        foreach (var example in verb.Examples)
        {
            Assert.Contains($"safeswitch {example.CommandLine}", run.Output, StringComparison.Ordinal);
            var command = example.CommandLine.Split(" | ")[0].Split(" > ")[0].Split(" < ")[0];
            var parsed = SafeSwitchTool.CreateRoot(Quiet()).Parse(command);
            Assert.Empty(parsed.Errors);
            Assert.Equal(path, PathOf((Verb)parsed.CommandResult.Command));
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_offers_json(string path)
    {
        var run = await Tool.RunAsync([.. path.Split(' '), "--help"]);
        Assert.Contains("--json", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_the_tool_lists_the_verbs_and_the_exit_codes()
    {
        var run = await Tool.RunAsync("--help");

        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Contains("Exit codes:", run.Output, StringComparison.Ordinal);
        foreach (var (code, meaning) in ExitCodes.Meanings)
            Assert.Contains($"  {code,-4} {meaning}", run.Output, StringComparison.Ordinal);
        foreach (var verb in All())
            Assert.Contains(PathOf(verb).Split(' ')[0], run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_verb_the_help_is_shown_and_the_exit_code_says_that_nothing_was_done()
    {
        var run = await Tool.RunAsync();
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("Commands:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_a_number()
    {
        var run = await Tool.RunAsync("--version");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Output);
    }

    private static IEnumerable<Verb> All() => AllVerbs.Within(SafeSwitchTool.CreateRoot(Quiet()));

    private static string PathOf(Verb verb) =>
        verb.Parents.OfType<System.CommandLine.Command>().Single() is { Name: not SafeSwitchTool.Name } group ? $"{group.Name} {verb.Name}" : verb.Name;

    private static Terminal Quiet() => new(TextReader.Null, TextWriter.Null, TextWriter.Null);
}
