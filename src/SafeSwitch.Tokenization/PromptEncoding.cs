using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization;

/// <summary>A rendered prompt as tokens, each one known to be template or content.</summary>
public sealed class PromptEncoding
{
    private PromptEncoding(string text, int[] ids, IReadOnlyList<ContentSpan> content)
    {
        Text = text;
        Ids = ids;
        Content = content;
    }

    /// <summary>The tokens.</summary>
    public int[] Ids { get; }

    /// <summary>The stretches of tokens that hold content, in order and apart from each other; all other tokens are template.</summary>
    public IReadOnlyList<ContentSpan> Content { get; }

    /// <summary>The rendered text.</summary>
    public string Text { get; }

    internal static PromptEncoding Create(string text, int[] ids, IReadOnlyList<int> marks)
    {
        List<ContentSpan> spans = [];
        for (var i = 0; i < marks.Count; i++)
        {
            if (!Mark.IsContent(marks[i]))
                continue;
            if (spans is [.., var last] && last.End == i && last.MessageIndex == marks[i])
                spans[^1] = last with { End = i + 1 };
            else
                spans.Add(new ContentSpan(i, i + 1, marks[i]));
        }

        return new PromptEncoding(text, ids, spans);
    }
}
