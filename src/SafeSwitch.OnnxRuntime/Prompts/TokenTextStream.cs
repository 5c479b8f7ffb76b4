using SafeSwitch.Backends;
using SafeSwitch.Tokenization;

namespace SafeSwitch.OnnxRuntime.Prompts;

/// <summary>The tokenizer's streaming decoder under the core's name.</summary>
internal sealed class TokenTextStream(StreamingDecoder decoder) : ITokenTextStream
{
    public string Append(int token) => decoder.Append(token);

    public string Flush() => decoder.Flush();

    public void Reset() => decoder.Reset();
}
