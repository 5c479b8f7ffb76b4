using SafeSwitch.Tokenization.Bpe;
using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>The tokens of a text in the making, and the mark of each if the text is traced.</summary>
internal sealed class MarkedTokens(MarkedText source, bool traced)
{
    private readonly List<int>? marks = traced ? [] : null;
    private int run;

    public List<int> Ids { get; } = [];

    public IReadOnlyList<int> Marks => marks ?? [];

    public void Add(int id, PipelineText text, int start, int end)
    {
        Ids.Add(id);
        if (marks is null)
            return;
        var (from, to) = text.OriginOf(start, end);
        marks.Add(MarkOf(from, to));
    }

    public void Add(WordTokens tokens, PipelineText text, int start)
    {
        if (marks is null)
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
        while (run > 0 && runs[run - 1].End > start)
            run--;
        while (runs[run].End <= start)
            run++;
        var mark = runs[run].Mark;
        for (var i = run + 1; i < runs.Length && runs[i - 1].End < end; i++)
            mark = Mark.Join(mark, runs[i].Mark);
        return mark;
    }
}
