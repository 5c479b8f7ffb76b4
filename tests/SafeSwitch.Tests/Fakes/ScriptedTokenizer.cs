using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

/// <summary>Says what a test wants, four characters a token, whatever the tokens are; one text for each answer.</summary>
internal sealed class ScriptedTokenizer(params string[] answers) : IPromptTokenizer
{
    public const string End = "<END>";

    private int given;

    public List<IReadOnlyList<PromptMessage>> Messages { get; } = [];

    public List<IReadOnlyList<ToolDescription>> Tools { get; } = [];

    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages) => Encode(messages, []);

    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages, IReadOnlyList<ToolDescription> tools)
    {
        Messages.Add(messages);
        Tools.Add(tools);
        return new EncodedPrompt(new[] { 1, 2, 3 }, new float[] { 0, 1, 0 });
    }

    public ITokenTextStream CreateTextStream() => new Stream(answers[given++] + End);

    private sealed class Stream(string text) : ITokenTextStream
    {
        private int position;

        public string Append(int token)
        {
            var piece = text[position..Math.Min(text.Length, position + 4)];
            position += piece.Length;
            return piece;
        }

        public string Flush() => "";

        public void Reset()
        {
        }
    }
}
