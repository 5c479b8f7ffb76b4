using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Visible space marks back to spaces, but none at the very beginning where one was put there.</summary>
internal sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : Decoder
{
    public static MetaspaceDecoder From(JsonCursor json) => new(json.Optional("replacement").StringOrNull() ?? "▁", PrependSchemes.Read(json));

    public override List<string> Apply(List<string> pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
            pieces[i] = pieces[i].Replace(replacement, i == 0 && scheme != PrependScheme.Never ? "" : " ", StringComparison.Ordinal);
        return pieces;
    }
}

/// <summary>Pieces that carry a mark at the end of a word; the last one ends no word with a space.</summary>
internal sealed class SuffixDecoder(string suffix) : Decoder
{
    public static SuffixDecoder From(JsonCursor json) => new(json.Optional("suffix").StringOrNull() ?? "</w>");

    public override List<string> Apply(List<string> pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
            pieces[i] = pieces[i].Replace(suffix, i == pieces.Count - 1 ? "" : " ", StringComparison.Ordinal);
        return pieces;
    }
}
