using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Bpe;

/// <summary>The settings of a BPE model beside its vocabulary and merges.</summary>
internal sealed record BpeOptions(string? UnknownPiece, string? ContinuingPrefix, string? EndSuffix, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges)
{
    public static BpeOptions Read(JsonCursor model)
    {
        var dropout = model.Optional("dropout");
        if (!dropout.IsNull && dropout.Element.ValueKind != System.Text.Json.JsonValueKind.Number)
            throw dropout.Expected("null or a number");
        if (!dropout.IsNull && dropout.Element.GetDouble() != 0)
            throw dropout.Error("asks for random merges, which have no place where a prompt must be encoded the same way twice; set it to null");
        return new BpeOptions(
            NullIfEmpty(model.Optional("unk_token").StringOrNull()),
            NullIfEmpty(model.Optional("continuing_subword_prefix").StringOrNull()),
            NullIfEmpty(model.Optional("end_of_word_suffix").StringOrNull()),
            model.Optional("fuse_unk").Bool(fallback: false),
            model.Optional("byte_fallback").Bool(fallback: false),
            model.Optional("ignore_merges").Bool(fallback: false));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
