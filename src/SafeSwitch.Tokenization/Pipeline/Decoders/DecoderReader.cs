using SafeSwitch.Tokenization.Loading;
using SafeSwitch.Tokenization.Pipeline.PreTokenizers;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

internal static class DecoderReader
{
    private const string Supported = "ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, BPEDecoder, Sequence";

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
            "Strip" => new StripDecoder(json.Required("content").String(), json.Required("start").Int(), json.Required("stop").Int()),
            "Replace" => new ReplaceDecoder(TextPattern.Read(json.Required("pattern")), json.Required("content").String()),
            "Metaspace" => new MetaspaceDecoder(json.Optional("replacement").StringOrNull() ?? "▁", PreTokenizerReader.ReadScheme(json)),
            "BPEDecoder" => new SuffixDecoder(json.Optional("suffix").StringOrNull() ?? "</w>"),
            "Sequence" => new DecoderSequence([.. json.Required("decoders").Items().Select(Read).OfType<Decoder>()]),
            var other => throw type.Unsupported("decoder", other, Supported),
        };
    }
}
