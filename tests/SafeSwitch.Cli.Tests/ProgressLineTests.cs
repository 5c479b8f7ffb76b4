using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Tests;

public class ProgressLineTests
{
    [Fact]
    public void A_line_tells_step_share_rate_and_time_left() => Assert.Equal(
        "collect   25%  500 of 2,000 rows  4.5/s  5:33 min left  long prompts",
        ProgressLine.Describe(new BuildProgress("collect", 500, 2000, "rows", 4.5, TimeSpan.FromSeconds(333), "long prompts"), withBar: false));

    [Fact]
    public void Elsewhere_than_at_a_terminal_lines_are_few_and_the_last_state_is_told()
    {
        using var error = new StringWriter();
        using (var progress = new ProgressLine(new Terminal(TextReader.Null, TextWriter.Null, error)))
        {
            for (var i = 1; i <= 1000; i++)
                progress.Report(new BuildProgress("evaluate", i, 1000, "rows"));
        }

        var lines = error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(lines.Length, 2, 4);
        Assert.Contains("1,000 of 1,000", lines[^1], StringComparison.Ordinal);
        Assert.All(lines, l => Assert.DoesNotContain('\r', l));
    }

    [Fact]
    public void At_a_terminal_one_line_is_rewritten()
    {
        using var error = new StringWriter();
        using (var progress = new ProgressLine(new Terminal(TextReader.Null, TextWriter.Null, error, isErrorPlain: false)))
        {
            progress.Report(new BuildProgress("evaluate", 1, 4, "rows"));
            progress.Report(new BuildProgress("evaluate", 4, 4, "rows"));
        }

        Assert.Single(error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("██", error.ToString(), StringComparison.Ordinal);
    }
}
