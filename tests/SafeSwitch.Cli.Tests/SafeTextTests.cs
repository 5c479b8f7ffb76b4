using CsCheck;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Tests;

public class SafeTextTests
{
    private static readonly Terminal Screen = new(TextReader.Null, TextWriter.Null, TextWriter.Null, isOutputPlain: false);

    [Fact]
    public void No_text_of_a_model_steers_a_terminal() => Gen.String.Sample(text =>
    {
        var shown = SafeText.For(Screen, text);
        Assert.Equal(text.Length, shown.Length);
        Assert.DoesNotContain(shown, c => char.IsControl(c) && c is not ('\n' or '\t'));
    });

    [Fact]
    public void An_escape_becomes_visible() => Assert.Equal("␛[2Jgone", SafeText.For(Screen, "\u001b[2Jgone"));

    [Fact]
    public void A_pipe_gets_the_text_as_it_is() =>
        Assert.Equal("\u001b[2J", SafeText.For(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null), "\u001b[2J"));
}
