using System.Diagnostics.CodeAnalysis;

namespace SafeSwitch.Tokenization.Marking;

/// <summary>
/// A string each of whose characters knows where it came from. Immutable. Operations that cannot say which character
/// came from where use <see cref="Derive"/>, after which the whole counts as content if any of it was: the safe direction.
/// What an operation makes is plain text, whatever <see cref="IsSafe"/> said of its input; whoever wants otherwise says so.
/// </summary>
internal sealed class MarkedText
{
    public static readonly MarkedText Empty = new("", []);

    private readonly MarkRun[] runs;

    private MarkedText(string value, MarkRun[] runs, bool isSafe = false)
    {
        Value = value;
        this.runs = runs;
        IsSafe = isSafe;
    }

    public string Value { get; }

    /// <summary>Whether the text counts as HTML that needs no more escaping, Python's <c>Markup</c>.</summary>
    public bool IsSafe { get; }

    public int Length => Value.Length;

    public ReadOnlySpan<MarkRun> Runs => runs;

    /// <summary>The one mark that stands for all characters.</summary>
    public int OverallMark
    {
        get
        {
            var mark = Mark.Template;
            foreach (var run in runs)
                mark = Mark.Join(mark, run.Mark);
            return mark;
        }
    }

    public static MarkedText Of(string value, int mark) => value.Length == 0 ? Empty : new MarkedText(value, [new MarkRun(value.Length, mark)]);

    public static MarkedText Template(string value) => Of(value, Mark.Template);

    public static MarkedText FromRuns(string value, MarkRun[] runs) => value.Length == 0 ? Empty : new MarkedText(value, runs);

    public static MarkedText Concat(MarkedText first, MarkedText second)
    {
        if (first.Length == 0)
            return second.AsPlain();
        if (second.Length == 0)
            return first.AsPlain();
        var joined = first.runs[^1].Mark == second.runs[0].Mark;
        var kept = first.runs.Length - (joined ? 1 : 0);
        var runs = new MarkRun[kept + second.runs.Length];
        first.runs.AsSpan(0, kept).CopyTo(runs);
        for (var i = 0; i < second.runs.Length; i++)
            runs[kept + i] = new MarkRun(first.Length + second.runs[i].End, second.runs[i].Mark);
        return new MarkedText(first.Value + second.Value, runs);
    }

    public MarkedText AsSafe() => IsSafe ? this : new MarkedText(Value, runs, isSafe: true);

    public MarkedText AsPlain() => IsSafe ? new MarkedText(Value, runs) : this;

    /// <summary>Another string made from this one in a way that loses track of its characters.</summary>
    public MarkedText Derive(string value) => value == Value ? AsPlain() : Of(value, OverallMark);

    /// <summary>The same characters in another case: marks stay in place when the length does, else <see cref="Derive"/>.</summary>
    public MarkedText Recase(string value) => value.Length == Length ? new MarkedText(value, runs) : Derive(value);

    public MarkedText Slice(int start, int length)
    {
        if (length == Length)
            return AsPlain();
        if (length == 0)
            return Empty;
        var end = start + length;
        var first = RunAt(start);
        var last = RunAt(end - 1);
        var runs = new MarkRun[last - first + 1];
        for (var i = first; i <= last; i++)
            runs[i - first] = new MarkRun(Math.Min(this.runs[i].End, end) - start, this.runs[i].Mark);
        return new MarkedText(Value.Substring(start, length), runs);
    }

    public MarkedText Slice(Range range)
    {
        var (start, length) = range.GetOffsetAndLength(Length);
        return Slice(start, length);
    }

    public int MarkAt(int index) => runs[RunAt(index)].Mark;

    /// <summary>Two texts are equal when their characters are; where they came from does not matter.</summary>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is MarkedText other && Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    private int RunAt(int index)
    {
        int low = 0, high = runs.Length - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (runs[middle].End > index)
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}

/// <summary>Where a character came from: the template, a message (its index, 0 or more) or another input.</summary>
internal static class Mark
{
    public const int Template = -2;

    /// <summary>Content of no particular message: tools, documents, names, keyword arguments.</summary>
    public const int Input = -1;

    public static bool IsContent(int mark) => mark >= Input;

    /// <summary>The mark of something made from both: content wins, and content of two origins is of none in particular.</summary>
    public static int Join(int first, int second) =>
        first == second || second == Template ? first
        : first == Template ? second
        : Input;
}

/// <summary>A stretch of characters of one origin, up to <paramref name="End"/> (exclusive) from the end of the run before.</summary>
internal readonly record struct MarkRun(int End, int Mark);
