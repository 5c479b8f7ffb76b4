using SafeSwitch.Tokenization;

namespace SafeSwitch.Cli.Shared.Prompts;

/// <summary>Loads a model's tokenizer or a template; what is wrong with them is reported as bad input.</summary>
internal static class PromptFiles
{
    public static ModelTokenizer Model(string folder) => Load(() => ModelTokenizer.Load(folder));

    /// <summary>The tokenizer alone, from a folder or from a <c>tokenizer.json</c>.</summary>
    public static TokenizerModel Tokenizer(string path) => Load(() =>
        TokenizerModel.LoadFile(path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? path : Path.Combine(path, "tokenizer.json")));

    public static ChatTemplate Template(string file) => Load(() => ChatTemplate.Parse(File.ReadAllText(file), file));

    private static T Load<T>(Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is TokenizerFormatException or ChatTemplateException)
        {
            throw new SafeSwitchException(e.Message, e);
        }
    }
}
