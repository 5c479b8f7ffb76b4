using SafeSwitch.Tokenization.Bpe;
using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>The tokens of a text in the making, and the mark of each if the text is traced.</summary>
internal sealed class MarkedTokens(MarkedText source, bool traced)
{
    private readonly List<int>? _marks = traced ? [] : null;
    private int _run;

    public List<int> Ids { get; } = [];

    public IReadOnlyList<int> Marks => _marks ?? [];

    public void Add(int id, PipelineText text, int start, int end)
    {
        Ids.Add(id);
        if (_marks is null)
            return;
        var (from, to) = text.OriginOf(start, end);
        _marks.Add(MarkOf(from, to));
    }

    public void Add(WordTokens tokens, PipelineText text, int start)
    {
        if (_marks is null)
        {
            Ids.AddRange(tokens.Ids);
            return;
        }
        for (var i = 0; i < tokens.Ids.Length; i++)
            Add(tokens.Ids[i], text, start + tokens.Starts[i], start + tokens.Ends[i]);
    }

    public bool IsContent(int start, int end) => Mark.IsContent(MarkOf(start, end));

    private int MarkOf(int start, int end)
    {
        var runs = source.Runs;
        if (start >= end || runs.Length == 0)
            return Mark.Template;
        // Tokens come nearly in order, so the run is nearly always the last one asked for or its neighbour.
        while (_run > 0 && runs[_run - 1].End > start)
            _run--;
        while (runs[_run].End <= start)
            _run++;
        var mark = runs[_run].Mark;
        for (var i = _run + 1; i < runs.Length && runs[i - 1].End < end; i++)
            mark = Mark.Join(mark, runs[i].Mark);
        return mark;
    }
}
