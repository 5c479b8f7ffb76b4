using SafeSwitch.Backends;

namespace SafeSwitch.CustomBackend;

/// <summary>A token a word. What a message says is looked up among words, so it never becomes one of the special tokens.</summary>
internal sealed class WordTokenizer(IEnumerable<string> lines) : IPromptTokenizer
{
    /// <summary>The token that ends an answer.</summary>
    public const int End = 0;

    private const int User = 1;
    private const int Assistant = 2;
    private const int Unknown = 3;
    private const int Special = 4;

    private readonly List<string> words = [.. lines.SelectMany(Split).Distinct().Order(StringComparer.Ordinal)];

    public int Count => Special + words.Count;

    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages)
    {
        var prompt = messages
            .SelectMany(m => Words(m.Content).Select(t => (Token: t, IsContent: m.IsContent)).Prepend((Token: m.Role == "assistant" ? Assistant : User, IsContent: false)))
            .Append((Token: Assistant, IsContent: false)).ToList();
        var isAllTemplate = prompt.TrueForAll(t => !t.IsContent);
        return new EncodedPrompt(prompt.Select(t => t.Token).ToArray(), prompt.Select(t => t.IsContent || isAllTemplate ? 1f : 0f).ToArray());
    }

    public int[] Answer(string text) => [.. Words(text), End];

    private int[] Words(string text) =>
        [.. Split(text).Select(word => words.BinarySearch(word, StringComparer.Ordinal) is >= 0 and var index ? Special + index : Unknown)];

    public ITokenTextStream CreateTextStream() => new Stream(words);

    private static string[] Split(string text) => text.ToLowerInvariant().Split([' ', '|', '.', ',', '?', '!', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private sealed class Stream(List<string> words) : ITokenTextStream
    {
        private string space = "";

        public string Append(int token)
        {
            var text = space + (token < Special ? "?" : words[token - Special]);
            space = " ";
            return text;
        }

        public string Flush() => "";

        public void Reset() => space = "";
    }
}
