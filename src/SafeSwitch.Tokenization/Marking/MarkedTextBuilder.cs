using System.Text;

namespace SafeSwitch.Tokenization.Marking;

/// <summary>Appends pieces of text and keeps their marks; a run grows while its neighbour has the same mark.</summary>
internal sealed class MarkedTextBuilder
{
    private readonly StringBuilder text = new();
    private readonly List<MarkRun> runs = [];

    public int Length => text.Length;

    public MarkedTextBuilder Append(string value, int mark = Mark.Template)
    {
        if (value.Length > 0)
        {
            text.Append(value);
            Extend(mark);
        }

        return this;
    }

    public MarkedTextBuilder Append(char value, int mark, int count = 1)
    {
        if (count > 0)
        {
            text.Append(value, count);
            Extend(mark);
        }

        return this;
    }

    public MarkedTextBuilder Append(MarkedText value)
    {
        var start = text.Length;
        text.Append(value.Value);
        foreach (var run in value.Runs)
            Extend(run.Mark, start + run.End);
        return this;
    }

    public MarkedText Build() => MarkedText.FromRuns(text.ToString(), [.. runs]);

    private void Extend(int mark) => Extend(mark, text.Length);

    private void Extend(int mark, int end)
    {
        if (runs.Count > 0 && runs[^1].Mark == mark)
            runs[^1] = new MarkRun(end, mark);
        else
            runs.Add(new MarkRun(end, mark));
    }
}
