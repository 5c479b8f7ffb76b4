namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Pieces that carry a mark at the end of a word; the last one ends no word with a space.</summary>
internal sealed class SuffixDecoder(string suffix) : Decoder
{
    public override List<string> Apply(List<string> pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
            pieces[i] = pieces[i].Replace(suffix, i == pieces.Count - 1 ? "" : " ", StringComparison.Ordinal);
        return pieces;
    }
}
