using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Guard;

/// <summary>
/// An answer on its way out: tokens that were released, then tokens that are held back. Only a released token's text is ever made,
/// so a discarded one leaves nothing behind, not even the first byte of a character.
/// </summary>
internal sealed class PendingAnswer(ITokenTextStream stream, IReadOnlyList<string> stopStrings, int expectedTokens)
{
    private readonly List<int> tokens = new(expectedTokens);
    private readonly AnswerText text = new(stream, stopStrings);
    private int released;
    private int beginning;

    /// <summary>Tokens, held back ones included.</summary>
    public int Count => tokens.Count;

    /// <summary>Tokens that are held back, the last ones.</summary>
    public int Held => tokens.Count - released;

    /// <summary>What the model has answered since it last began: all tokens, or those since the answer was broken off.</summary>
    public ReadOnlySpan<int> SinceBeginning => CollectionsMarshal.AsSpan(tokens)[beginning..];

    /// <summary>Whether a stop string was met.</summary>
    public bool IsStopped => text.IsStopped;

    /// <summary>The text that was released.</summary>
    public string Text => text.Whole;

    /// <summary>Holds a token back.</summary>
    public void Add(int token) => tokens.Add(token);

    /// <summary>Releases what is held back, up to a stop string.</summary>
    /// <returns>The text to show; empty while it is unfinished.</returns>
    public string Release()
    {
        var shown = "";
        while (released < tokens.Count && !text.IsStopped)
            shown += text.Append(tokens[released++]);
        return shown;
    }

    /// <summary>Throws away what is held back. What follows is another answer, on lines of its own.</summary>
    /// <returns>How many tokens were thrown away.</returns>
    public int BreakOff()
    {
        var discarded = Held;
        DropHeld();
        beginning = tokens.Count;
        text.BreakOff();
        return discarded;
    }

    /// <summary>Releases text that is not the model's.</summary>
    /// <returns>The text to show.</returns>
    public string Say(string words) => text.AppendText(words);

    /// <summary>Ends the answer; what a stop string left unread goes.</summary>
    /// <returns>The text that was unfinished until now.</returns>
    public string Finish()
    {
        DropHeld();
        return text.Finish();
    }

    /// <summary>The released tokens.</summary>
    public IReadOnlyList<int> ToTokens() => [.. tokens];

    private void DropHeld() => tokens.RemoveRange(released, Held);
}
