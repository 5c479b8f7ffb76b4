using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

/// <summary>One token a character; answers read as "7 42 13 ".</summary>
internal sealed class ToyTokenizer : IPromptTokenizer
{
    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages)
    {
        var tokens = new List<int>();
        var mask = new List<float>();
        foreach (var message in messages)
        {
            tokens.Add(1);
            mask.Add(0);
            foreach (var character in message.Content)
            {
                tokens.Add(2 + character % 90);
                mask.Add(message.IsContent ? 1 : 0);
            }
        }

        tokens.Add(96);
        mask.Add(0);
        return new EncodedPrompt(tokens.ToArray(), mask.ToArray());
    }

    public ITokenTextStream CreateTextStream() => new Stream();

    private sealed class Stream : ITokenTextStream
    {
        public string Append(int token) => $"{token} ";

        public string Flush() => "";

        public void Reset()
        {
        }
    }
}
