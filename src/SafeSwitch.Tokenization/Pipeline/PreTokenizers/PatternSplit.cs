using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

/// <summary>Cuts where a pattern matches.</summary>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public static PatternSplit From(JsonCursor json) => new(
        TextPattern.Read(json.Required("pattern")), SplitBehaviors.Read(json.Required("behavior")), json.Optional("invert").Bool(fallback: false));

    public override void Cut(PipelineText text, int start, int length, IPieceSink sink)
    {
        // Lookaround must not see beyond the piece, so the piece is matched as a text of its own.
        var piece = text.Value.AsSpan(start, length);
        if (behavior == SplitBehavior.Isolated)
        {
            CutIsolated(text, start, piece, sink);
            return;
        }

        var stretches = pattern.Stretches(piece, invert);
        for (var i = 0; i < stretches.Count; i++)
            stretches[i] = (stretches[i].Start + start, stretches[i].End + start, stretches[i].Matched);
        SplitBehaviors.Cut(text, stretches, behavior, sink);
    }

    private void CutIsolated(PipelineText text, int start, ReadOnlySpan<char> piece, IPieceSink sink)
    {
        var position = 0;
        foreach (var (from, to) in pattern.Matches(piece))
        {
            if (from > position)
                sink.Add(text, start + position, from - position);
            sink.Add(text, start + from, to - from);
            position = to;
        }

        if (position < piece.Length)
            sink.Add(text, start + position, piece.Length - position);
    }
}
