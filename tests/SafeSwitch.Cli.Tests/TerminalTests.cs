using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Tests;

public class TerminalTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_told_keeps_its_words_and_its_marks(bool isPlain)
    {
        var error = new StringWriter();
        var text = string.Join(' ', Enumerable.Repeat("[no markup] of several words", 20));
        new Terminal(TextReader.Null, TextWriter.Null, error, isErrorPlain: isPlain).Tell(text);

        var lines = error.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(text, string.Join(' ', lines.Select(l => l.Trim())));
        Assert.Equal(isPlain, lines.Length == 1);
        Assert.All(lines, l => Assert.True(isPlain || l.Length <= 200));
    }
}
