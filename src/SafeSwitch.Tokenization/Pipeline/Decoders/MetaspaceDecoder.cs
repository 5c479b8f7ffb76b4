using SafeSwitch.Tokenization.Pipeline.PreTokenizers;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Visible space marks back to spaces, but none at the very beginning where one was put there.</summary>
internal sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : Decoder
{
    public override List<string> Apply(List<string> pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
            pieces[i] = pieces[i].Replace(replacement, i == 0 && scheme != PrependScheme.Never ? "" : " ", StringComparison.Ordinal);
        return pieces;
    }
}
