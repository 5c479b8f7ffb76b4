using SafeSwitch.Tokenization.Patterns;

namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

/// <summary>Cuts at every code point of a kind: digits, punctuation, white space, a delimiter.</summary>
internal sealed class CharacterSplit(Func<int, bool> matches, SplitBehavior behavior) : PreTokenizer
{
    public override void Cut(PipelineText text, int start, int length, IPieceSink sink)
    {
        List<(int, int, bool)> stretches = [];
        var end = start + length;
        var unmatched = start;
        for (var i = start; i < end;)
        {
            var code = CodePointSet.At(text.Value, i, out var width);
            if (matches(code))
            {
                if (i > unmatched)
                    stretches.Add((unmatched, i, false));
                stretches.Add((i, i + width, true));
                unmatched = i + width;
            }

            i += width;
        }

        if (unmatched == start)
        {
            sink.Add(text, start, length);
            return;
        }

        if (end > unmatched)
            stretches.Add((unmatched, end, false));
        SplitBehaviors.Cut(text, stretches, behavior, sink);
    }
}
