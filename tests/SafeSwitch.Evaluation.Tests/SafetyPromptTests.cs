using SafeSwitch.Backends;

namespace SafeSwitch.Evaluation.Tests;

public class SafetyPromptTests
{
    [Fact]
    public void It_is_a_system_message_before_the_conversation()
    {
        var prompt = new SafetyPrompt(new Template(IsSystemShown: true), "be good");
        Assert.True(prompt.IsSystemMessage);
        Assert.Equal([PromptMessage.System("be good"), PromptMessage.User("hi")], prompt.Before([PromptMessage.User("hi")]));
        Assert.Equal(
            [PromptMessage.System("be good\n\nspeak French"), PromptMessage.User("hi")],
            prompt.Before([PromptMessage.System("speak French"), PromptMessage.User("hi")]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_template_that_shows_no_system_message_has_it_before_the_first_users_text(bool isRefused)
    {
        var prompt = new SafetyPrompt(new Template(IsSystemShown: false, isRefused), "be good");
        Assert.False(prompt.IsSystemMessage);
        Assert.Equal(
            [PromptMessage.User("be good\n\nhi"), PromptMessage.Assistant("hello"), PromptMessage.User("more")],
            prompt.Before([PromptMessage.User("hi"), PromptMessage.Assistant("hello"), PromptMessage.User("more")]));
    }

    private sealed record Template(bool IsSystemShown, bool IsSystemRefused = false) : IPromptTokenizer
    {
        public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages)
        {
            if (IsSystemRefused && messages.Any(m => m.Role == "system"))
                throw new SafeSwitchException("no such role");
            int[] tokens = [.. messages.Where(m => IsSystemShown || m.Role != "system").SelectMany(m => m.Content.Select(c => (int)c))];
            return new EncodedPrompt(tokens, new float[tokens.Length]);
        }

        public ITokenTextStream CreateTextStream() => throw new NotSupportedException();
    }
}
