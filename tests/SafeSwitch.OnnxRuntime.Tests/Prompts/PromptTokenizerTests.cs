using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Prompts;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Prompts;

public sealed class PromptTokenizerTests
{
    private readonly PromptTokenizer tokenizer = PromptTokenizer.Load(SmallDecoder.Source, [])!;

    [Fact]
    public void The_mask_holds_what_users_said_and_nothing_else()
    {
        var prompt = tokenizer.Encode(
            [PromptMessage.System("Be brief."), PromptMessage.User("How are you?"), PromptMessage.Assistant("Well."), PromptMessage.User("And now?")]);
        Assert.Equal(prompt.Tokens.Length, prompt.ContentMask.Length);
        Assert.Equal("How are you?And now?", Text(prompt, masked: true));
        var rest = Text(prompt, masked: false);
        Assert.Contains("Be brief.", rest, StringComparison.Ordinal);
        Assert.Contains("Well.", rest, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_tokenizer_is_a_problem()
    {
        using var folder = new TemporaryFolder();
        var problems = new List<BundleProblem>();
        Assert.Null(PromptTokenizer.Load(folder.Path, problems));
        Assert.Equal("tokenizer.json", Assert.Single(problems).File);
    }

    private string Text(EncodedPrompt prompt, bool masked)
    {
        var stream = tokenizer.CreateTextStream();
        var tokens = prompt.Tokens.ToArray().Where((_, i) => prompt.ContentMask.Span[i] > 0 == masked);
        return string.Concat(tokens.Select(stream.Append)) + stream.Flush();
    }
}
