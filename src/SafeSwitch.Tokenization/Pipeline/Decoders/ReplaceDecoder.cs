using System.Text;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

internal sealed class ReplaceDecoder(TextPattern pattern, string replacement) : Decoder
{
    public override List<string> Apply(List<string> pieces) => pieces.ConvertAll(Apply);

    public string Apply(string piece)
    {
        StringBuilder? result = null;
        var position = 0;
        while (position < piece.Length && pattern.Find(piece, position, out var start, out var end))
        {
            (result ??= new StringBuilder()).Append(piece, position, start - position).Append(replacement);
            position = end;
        }

        return result is null ? piece : result.Append(piece, position, piece.Length - position).ToString();
    }
}
