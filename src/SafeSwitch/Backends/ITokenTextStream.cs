namespace SafeSwitch.Backends;

/// <summary>Turns the tokens of one answer into text, piece by piece.</summary>
public interface ITokenTextStream
{
    /// <summary>The text that <paramref name="token"/> completes; empty while a character is unfinished.</summary>
    string Append(int token);

    /// <summary>What is still held back, once no token follows.</summary>
    string Flush();

    /// <summary>Starts over, for another answer.</summary>
    void Reset();
}
