using CsCheck;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

public class AnswerTextTests
{
    private static readonly Gen<string> Piece = Gen.Char["ab<|"].Array[0, 3].Select(c => new string(c));

    [Fact]
    public void Shows_everything_before_the_stop_string_that_is_complete_first() =>
        Gen.Select(Piece.Array[0, 12], Piece.Where(s => s.Length > 0).Array[0, 3]).Sample((pieces, stops) =>
        {
            var text = new AnswerText(new PieceStream(pieces), stops);
            var shown = "";
            for (var i = 0; i < pieces.Length && !text.IsStopped; i++)
                shown += text.Append(i);
            shown += text.Finish();

            var whole = string.Concat(pieces);
            var first = stops.Select(s => (Start: whole.IndexOf(s, StringComparison.Ordinal), s.Length)).Where(m => m.Start >= 0)
                .OrderBy(m => m.Start + m.Length).ThenBy(m => m.Start).Select(m => m.Start).FirstOrDefault(-1);
            Assert.Equal(first >= 0, text.IsStopped);
            Assert.Equal(shown, text.Whole);
            if (first < 0)
                Assert.Equal(whole, shown);
            else
                Assert.Equal(whole[..first], shown);
        }, iter: Samples.Of(5000));

    [Fact]
    public void Holds_back_only_what_could_begin_a_stop_string()
    {
        var text = new AnswerText(new PieceStream(["abc<", "|", "x"]), ["<|end|>"]);

        Assert.Equal("abc", text.Append(0));
        Assert.Equal("", text.Append(1));
        Assert.Equal("<|x", text.Append(2));
    }

    [Theory]
    [InlineData("Hello.", "\n\n")]
    [InlineData("-Hello. \n", "\n\n")]
    [InlineData("!Hello", "…\n\n")]
    [InlineData(".Hello 7  ", "…\n\n")]
    [InlineData("Hello,", "…\n\n")]
    [InlineData("Hello;", "…\n\n")]
    [InlineData("Hello -", "…\n\n")]
    [InlineData("  ", "\n\n")]
    [InlineData("7", "…\n\n")]
    [InlineData("", "")]
    public void What_follows_a_text_that_was_broken_off_does_not_read_on_from_it(string before, string lead)
    {
        var text = new AnswerText(new PieceStream([before]), []);
        text.Append(0);

        text.BreakOff();

        Assert.Equal("", text.AppendText(""));
        Assert.Equal(lead + "No.", text.AppendText("No."));
        Assert.Equal(" Really.", text.AppendText(" Really."));
        Assert.Equal(before + lead + "No. Really.", text.Whole);
    }

    private sealed class PieceStream(string[] pieces) : ITokenTextStream
    {
        public string Append(int token) => pieces[token];

        public string Flush() => "";

        public void Reset()
        {
        }
    }
}
