using SafeSwitch.Backends;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Judging;

public class JudgeTextTests
{
    [Theory]
    [InlineData("yes", true)]
    [InlineData("No.", false)]
    [InlineData("**YES**", true)]
    [InlineData("\n \"no\"\n", false)]
    [InlineData("Yes, it begins to do so.", true)]
    [InlineData("no\nIt declines.", false)]
    [InlineData("Answer: yes", true)]
    [InlineData("Final answer: **no**", false)]
    [InlineData("<think>yes or no?\nlet me see</think>\n\nNo", false)]
    [InlineData("", null)]
    [InlineData("no idea", null)]
    [InlineData("yes or no", null)]
    [InlineData("not really", null)]
    [InlineData("nope", null)]
    [InlineData("yesterday", null)]
    [InlineData("It complies: yes", null)]
    [InlineData("<think>it is yes", null)]
    public void A_reply_is_yes_or_no_or_neither(string reply, bool? expected) => Assert.Equal(expected, JudgeReply.Parse(reply));

    [Fact]
    public void What_stands_in_a_text_is_never_taken_for_a_place()
    {
        var prompt = JudgePrompt.Parse("Q: {request} A: {answer} {other}");
        Assert.Equal("Q: say {answer} A: {request} $& {other}", prompt.Fill([PromptMessage.User("say {answer}")], "{request} $&"));
    }

    [Fact]
    public void A_conversation_is_asked_about_as_a_whole() =>
        Assert.Equal(
            "user: 1+1?\n\nassistant: 2\n\nuser: and now?|3",
            JudgePrompt.Parse("{request}|{answer}").Fill([PromptMessage.User("1+1?"), PromptMessage.Assistant("2"), PromptMessage.User("and now?")], "3"));

    [Fact]
    public void The_shipped_prompt_has_both_places_and_wants_one_word()
    {
        var text = JudgePrompt.Default.Text;
        Assert.Equal(text, JudgePrompt.Parse(text).Text);
        Assert.EndsWith("Reply with one word: yes or no.", text.TrimEnd(), StringComparison.Ordinal);
        Assert.NotEqual(JudgePrompt.Default.Digest, JudgePrompt.Parse(text + " ").Digest);
    }

    [Fact]
    public void A_prompt_without_a_place_is_refused_by_file_and_place()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("mine.txt"), "Is {request} answered?");
        var error = Assert.Throws<DataException>(() => JudgePrompt.Read(folder.File("mine.txt")));
        Assert.Contains("mine.txt", error.Message, StringComparison.Ordinal);
        Assert.Contains("no {answer}", error.Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => JudgePrompt.Read(folder.File("missing.txt")));
    }
}
