using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Policies;

namespace SafeSwitch.Benchmarks;

/// <summary>The shipped model and prompts of a given length, under policies that always clear or always intervene.</summary>
internal static class Workload
{
    /// <summary>No score reaches 1 but by rounding: the guard looks and clears.</summary>
    public static SafetyPolicy Clearing { get; } = new() { PromptThreshold = 1 };

    /// <summary>Every score reaches 0: pilot tokens, rewind, switch.</summary>
    public static SafetyPolicy Intervening { get; } = new() { PromptThreshold = 0, ResponseThreshold = 0 };

    public static string Bundle { get; } = FindBundle();

    /// <summary>A request whose prompt has as nearly as can be <paramref name="promptTokens"/> tokens.</summary>
    public static GenerationRequest Request(ILanguageModel model, int promptTokens, int newTokens)
    {
        const string sentence = "The quick brown fox jumps over the lazy dog near the river bank while the sun goes down. ";
        var text = "Tell me a long story about this:";
        while (Tokens(text) < promptTokens)
            text += ' ' + sentence;
        while (Tokens(text) > promptTokens)
            text = text[..text.LastIndexOf(' ')];
        return new GenerationRequest { Messages = [PromptMessage.User(text)], MaxNewTokens = newTokens };

        int Tokens(string content) => model.Tokenizer.Encode([PromptMessage.User(content)]).Tokens.Length;
    }

    private static string FindBundle()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "models", "smollm2-135m-instruct");
            if (File.Exists(Path.Combine(candidate, SafeSwitch.Bundles.Bundle.ManifestFile)))
                return candidate;
        }

        throw new SafeSwitchException("models/smollm2-135m-instruct is not above " + AppContext.BaseDirectory);
    }
}
