using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

/// <summary>Puts other text in the place of every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string replacement) : Normalizer
{
    public static ReplaceNormalizer From(JsonCursor json) => new(TextPattern.Read(json.Required("pattern")), json.Required("content").String());

    public override PipelineText Apply(PipelineText text)
    {
        PipelineTextBuilder? builder = null;
        foreach (var (start, end) in pattern.Matches(text.Value))
        {
            builder ??= new PipelineTextBuilder(text);
            builder.KeepTo(start);
            builder.Replace(end - start, replacement);
        }

        if (builder is null)
            return text;
        builder.KeepTo(text.Value.Length);
        return builder.Build();
    }
}
