using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>Takes the pieces that a stage cuts a text into, in order.</summary>
internal interface IPieceSink
{
    void Add(PipelineText text, int start, int length);
}

/// <summary>What becomes of the text that a splitter matched.</summary>
internal enum SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous }

internal static class SplitBehaviors
{
    public static SplitBehavior Read(JsonCursor behavior) => behavior.String() switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw behavior.Unsupported("split behavior", other, "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"),
    };

    /// <summary>Cuts a text between matched and unmatched stretches, which together cover it in order.</summary>
    public static void Cut(PipelineText text, List<(int Start, int End, bool Matched)> stretches, SplitBehavior behavior, IPieceSink sink)
    {
        switch (behavior)
        {
            case SplitBehavior.MergedWithPrevious:
                CutMerged(text, stretches, sink, withNext: false);
                return;
            case SplitBehavior.MergedWithNext:
                CutMerged(text, stretches, sink, withNext: true);
                return;
        }

        for (var i = 0; i < stretches.Count; i++)
        {
            var (start, end, matched) = stretches[i];
            if (behavior == SplitBehavior.Removed && matched)
                continue;
            while (behavior == SplitBehavior.Contiguous && i + 1 < stretches.Count && stretches[i + 1].Matched == matched)
                end = stretches[++i].End;
            Emit(text, start, end, sink);
        }
    }

    private static void CutMerged(PipelineText text, List<(int Start, int End, bool Matched)> stretches, IPieceSink sink, bool withNext)
    {
        for (var i = 0; i < stretches.Count; i++)
        {
            var (start, end, matched) = stretches[i];
            // A match joins the one unmatched stretch beside it, never another match.
            if (matched == withNext && i + 1 < stretches.Count && stretches[i + 1].Matched != matched)
                end = stretches[++i].End;
            Emit(text, start, end, sink);
        }
    }

    private static void Emit(PipelineText text, int start, int end, IPieceSink sink)
    {
        if (end > start)
            sink.Add(text, start, end - start);
    }
}
