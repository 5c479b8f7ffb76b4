using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

/// <summary>Writes spaces as a visible mark, puts one in front as the scheme says, and optionally cuts before each.</summary>
internal sealed class MetaspaceSplit(string replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    public static MetaspaceSplit From(JsonCursor json) => new(
        json.Optional("replacement").StringOrNull() ?? "▁", PrependSchemes.Read(json), json.Optional("split").Bool(fallback: true));

    public override void Cut(PipelineText text, int start, int length, IPieceSink sink)
    {
        text = text.Part(start, length);
        var builder = new PipelineTextBuilder(text);
        var wanted = scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.AtStart);
        if (wanted && !text.Value.StartsWith(' ') && !text.Value.StartsWith(replacement, StringComparison.Ordinal))
            builder.Insert(replacement);
        for (var space = text.Value.IndexOf(' '); space >= 0; space = text.Value.IndexOf(' ', space + 1))
        {
            builder.KeepTo(space);
            builder.Replace(1, replacement);
        }

        builder.KeepTo(text.Value.Length);
        text = builder.Build();
        if (split)
            SplitBehaviors.Cut(text, TextPattern.Literal(replacement).Stretches(text.Value, invert: false), SplitBehavior.MergedWithNext, sink);
        else if (text.Value.Length > 0)
            sink.Add(text, 0, text.Value.Length);
    }
}
