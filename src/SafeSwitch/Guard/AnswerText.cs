using System.Text;
using SafeSwitch.Backends;

namespace SafeSwitch.Guard;

/// <summary>
/// The text of an answer as it may be shown: whole characters, and nothing that could still turn out to be the beginning of a
/// stop string.
/// </summary>
internal sealed class AnswerText(ITokenTextStream stream, IReadOnlyList<string> stopStrings)
{
    private readonly StringBuilder whole = new();
    private string pending = "";
    private string lead = "";

    /// <summary>Whether a stop string was met; nothing more is shown then.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Everything shown so far.</summary>
    public string Whole => whole.ToString();

    /// <summary>Takes a token and returns what it allows to be shown.</summary>
    public string Append(int token) => Release(stream.Append(token), isEnd: false);

    /// <summary>Ends the answer and returns what was still held back.</summary>
    public string Finish() => IsStopped ? "" : Release(stream.Flush(), isEnd: true);

    /// <summary>
    /// Ends the text so far where its last whole character ends: a character whose other tokens were discarded is dropped, and so
    /// is what might have begun a stop string. What is shown next is on lines of its own and does not read on from half a
    /// sentence.
    /// </summary>
    public void BreakOff()
    {
        stream.Reset();
        pending = "";
        if (whole.Length > 0)
            lead = EndsInMidSentence ? "…\n\n" : "\n\n";
    }

    /// <summary>Adds text that is not the model's, which no stop string ends.</summary>
    public string AppendText(string text) => Show(text);

    private bool EndsInMidSentence
    {
        get
        {
            var last = whole.Length - 1;
            while (last > 0 && char.IsWhiteSpace(whole[last]))
                last--;
            return char.IsLetterOrDigit(whole[last]) || whole[last] is ',' or ';' or '-';
        }
    }

    private string Show(string text)
    {
        if (text.Length == 0)
            return "";
        if (lead.Length > 0)
        {
            text = lead + text;
            lead = "";
        }

        whole.Append(text);
        return text;
    }

    private string Release(string piece, bool isEnd)
    {
        if (stopStrings.Count == 0)
            return Show(piece);

        var text = pending + piece;
        var (stop, end) = (-1, int.MaxValue);
        foreach (var candidate in stopStrings)
        {
            // The first to be complete ends the answer, however the text was cut into pieces.
            var index = text.IndexOf(candidate, StringComparison.Ordinal);
            if (index >= 0 && (index + candidate.Length, index).CompareTo((end, stop)) < 0)
                (stop, end) = (index, index + candidate.Length);
        }

        if (stop >= 0)
        {
            IsStopped = true;
            pending = "";
            return Show(text[..stop]);
        }

        var keep = isEnd ? 0 : LongestBeginning(text);
        pending = text[^keep..];
        return Show(text[..^keep]);
    }

    // Characters at the end of the text that a stop string could begin with.
    private int LongestBeginning(string text)
    {
        var longest = 0;
        foreach (var candidate in stopStrings)
        {
            for (var length = Math.Min(candidate.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(candidate.AsSpan(0, length)))
                    longest = length;
            }
        }

        return longest;
    }
}
