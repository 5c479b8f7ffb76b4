using SafeSwitch.Tokenization.Patterns;
using SafeSwitch.Tokenization.Unicode;

namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

/// <summary>NFC, NFD, NFKC and NFKD, segment by segment, so that each character can still be traced.</summary>
internal sealed class UnicodeFormNormalizer(UnicodeForm form) : Normalizer
{
    /// <summary>A letter and three marks compose into one character.</summary>
    public override int LargestShrink => 4;

    public override PipelineText Apply(PipelineText text)
    {
        var value = text.Value;
        if (form.LeavesAlone(value))
            return text;
        PipelineTextBuilder? builder = null;
        for (var start = 0; start < value.Length;)
        {
            var code = CodePointSet.At(value, start, out var width);
            var end = start + width;
            while (end < value.Length && !form.StartsSegment(CodePointSet.At(value, end, out var next)))
                end += next;
            if (end > start + width || form.Changes(code))
                builder = Replace(text, start, end, builder);
            start = end;
        }

        if (builder is null)
            return text;
        builder.KeepTo(value.Length);
        return builder.Build();
    }

    private PipelineTextBuilder? Replace(PipelineText text, int start, int end, PipelineTextBuilder? builder)
    {
        var segment = text.Value.AsSpan(start, end - start);
        var normalized = form.Normalize(segment);
        if (segment.SequenceEqual(normalized))
            return builder;
        builder ??= new PipelineTextBuilder(text);
        builder.KeepTo(start);
        builder.Replace(end - start, normalized);
        return builder;
    }
}
