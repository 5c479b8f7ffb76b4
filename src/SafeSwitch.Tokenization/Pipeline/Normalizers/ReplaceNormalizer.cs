namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

internal sealed class ReplaceNormalizer(TextPattern pattern, string replacement) : Normalizer
{
    public override PipelineText Apply(PipelineText text)
    {
        PipelineTextBuilder? builder = null;
        var position = 0;
        while (position < text.Value.Length && pattern.Find(text.Value, position, out var start, out var end))
        {
            builder ??= new PipelineTextBuilder(text);
            builder.KeepTo(start);
            builder.Replace(end - start, replacement);
            position = end;
        }

        if (builder is null)
            return text;
        builder.KeepTo(text.Value.Length);
        return builder.Build();
    }
}
