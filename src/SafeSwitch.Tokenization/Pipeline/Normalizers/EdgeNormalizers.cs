using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

/// <summary>Puts a prefix in front of a text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public static PrependNormalizer From(JsonCursor json) => new(json.Required("prepend").String());

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

/// <summary>Takes the white space off either end.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public static StripNormalizer From(JsonCursor json) => new(json.Required("strip_left").Bool(), json.Required("strip_right").Bool());

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
