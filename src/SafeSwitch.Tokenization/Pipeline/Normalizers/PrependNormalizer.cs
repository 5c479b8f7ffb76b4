namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override PipelineText Apply(PipelineText text)
    {
        if (text.Value.Length == 0)
            return text;
        var builder = new PipelineTextBuilder(text);
        builder.Insert(prefix);
        builder.KeepTo(text.Value.Length);
        return builder.Build();
    }
}
