using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Takes up to a number of one character off both ends of every piece.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    public string Content => content;

    public (int Start, int Stop) Limits => (start, stop);

    public static StripDecoder From(JsonCursor json) =>
        new(json.Required("content").String(), json.Required("start").Int(), json.Required("stop").Int());

    public override List<string> Apply(List<string> pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i].AsSpan();
            for (var n = 0; n < start && piece.StartsWith(content); n++)
                piece = piece[content.Length..];
            for (var n = 0; n < stop && piece.EndsWith(content); n++)
                piece = piece[..^content.Length];
            if (piece.Length != pieces[i].Length)
                pieces[i] = piece.ToString();
        }

        return pieces;
    }
}
