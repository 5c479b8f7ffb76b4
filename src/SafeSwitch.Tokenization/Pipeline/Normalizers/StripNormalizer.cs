namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override PipelineText Apply(PipelineText text)
    {
        int start = 0, end = text.Value.Length;
        while (left && start < end && char.IsWhiteSpace(text.Value[start]))
            start++;
        while (right && end > start && char.IsWhiteSpace(text.Value[end - 1]))
            end--;
        if (start == 0 && end == text.Value.Length)
            return text;
        var builder = new PipelineTextBuilder(text, start);
        builder.KeepTo(end);
        return builder.Build();
    }
}
