using System.Text;
using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Puts other text in the place of every match of a pattern in a piece.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string replacement) : Decoder
{
    public static ReplaceDecoder From(JsonCursor json) => new(TextPattern.Read(json.Required("pattern")), json.Required("content").String());

    public override List<string> Apply(List<string> pieces) => pieces.ConvertAll(Apply);

    public string Apply(string piece)
    {
        StringBuilder? result = null;
        var position = 0;
        foreach (var (start, end) in pattern.Matches(piece))
        {
            (result ??= new StringBuilder()).Append(piece, position, start - position).Append(replacement);
            position = end;
        }

        return result is null ? piece : result.Append(piece, position, piece.Length - position).ToString();
    }
}
