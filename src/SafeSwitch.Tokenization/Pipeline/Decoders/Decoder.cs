using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Rewrites the pieces of an answer on their way back to text, which is what is left when they are joined.</summary>
internal abstract class Decoder
{
    private const string Supported = "ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, BPEDecoder, Sequence";

    public abstract List<string> Apply(List<string> pieces);

    /// <summary>What a <c>decoder</c> object describes; null where there is none.</summary>
    public static Decoder? Read(JsonCursor json)
    {
        if (json.IsNull)
            return null;
        var type = json.Required("type");
        return type.String() switch
        {
            "ByteLevel" => new ByteLevelDecoder(),
            "ByteFallback" => new ByteFallbackDecoder(),
            "Fuse" => new FuseDecoder(),
            "Strip" => StripDecoder.From(json),
            "Replace" => ReplaceDecoder.From(json),
            "Metaspace" => MetaspaceDecoder.From(json),
            "BPEDecoder" => SuffixDecoder.From(json),
            "Sequence" => DecoderSequence.From(json),
            var other => throw type.Unsupported("decoder", other, Supported),
        };
    }
}

/// <summary>Decoders one after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> steps) : Decoder
{
    public IReadOnlyList<Decoder> Steps => steps;

    public static DecoderSequence From(JsonCursor json) => new([.. json.Required("decoders").Items().Select(Read).OfType<Decoder>()]);

    public override List<string> Apply(List<string> pieces)
    {
        foreach (var step in steps)
            pieces = step.Apply(pieces);
        return pieces;
    }
}

/// <summary>All pieces as one.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override List<string> Apply(List<string> pieces) => [string.Concat(pieces)];
}
