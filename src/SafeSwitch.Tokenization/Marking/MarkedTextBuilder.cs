using System.Text;

namespace SafeSwitch.Tokenization.Marking;

/// <summary>Appends pieces of text and keeps their marks; a run grows while its neighbour has the same mark.</summary>
internal sealed class MarkedTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<MarkRun> _runs = [];

    public int Length => _text.Length;

    public MarkedTextBuilder Append(string value, int mark = Mark.Template)
    {
        if (value.Length > 0)
        {
            _text.Append(value);
            Extend(mark);
        }
        return this;
    }

    public MarkedTextBuilder Append(char value, int mark, int count = 1)
    {
        if (count > 0)
        {
            _text.Append(value, count);
            Extend(mark);
        }
        return this;
    }

    public MarkedTextBuilder Append(MarkedText value)
    {
        var start = _text.Length;
        _text.Append(value.Value);
        foreach (var run in value.Runs)
            Extend(run.Mark, start + run.End);
        return this;
    }

    public MarkedText Build() => MarkedText.FromRuns(_text.ToString(), [.. _runs]);

    private void Extend(int mark) => Extend(mark, _text.Length);

    private void Extend(int mark, int end)
    {
        if (_runs.Count > 0 && _runs[^1].Mark == mark)
            _runs[^1] = new MarkRun(end, mark);
        else
            _runs.Add(new MarkRun(end, mark));
    }
}
