using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization;

/// <summary>The text that a chat template gave, and which of it came from outside the template.</summary>
public sealed class RenderedPrompt
{
    internal RenderedPrompt(MarkedText marked)
    {
        Marked = marked;
        List<ContentSpan> content = [];
        var start = 0;
        foreach (var run in marked.Runs)
        {
            if (Mark.IsContent(run.Mark))
                content.Add(new ContentSpan(start, run.End, run.Mark));
            start = run.End;
        }

        Content = content;
    }

    /// <summary>The text.</summary>
    public string Text => Marked.Value;

    /// <summary>The stretches of the text, in UTF-16 units, that came from outside the template.</summary>
    public IReadOnlyList<ContentSpan> Content { get; }

    internal MarkedText Marked { get; }
}
