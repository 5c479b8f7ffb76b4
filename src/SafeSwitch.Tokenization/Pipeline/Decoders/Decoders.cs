using System.Globalization;
using System.Text;
using SafeSwitch.Tokenization.Bpe;
using SafeSwitch.Tokenization.Pipeline.PreTokenizers;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

internal sealed class DecoderSequence(IReadOnlyList<Decoder> steps) : Decoder
{
    public IReadOnlyList<Decoder> Steps => steps;

    public override List<string> Apply(List<string> pieces)
    {
        foreach (var step in steps)
            pieces = step.Apply(pieces);
        return pieces;
    }
}

/// <summary>Spelled bytes back to bytes, all pieces together, then to text.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override List<string> Apply(List<string> pieces)
    {
        List<byte> bytes = [];
        foreach (var piece in pieces)
            AppendBytes(piece, bytes);
        return [Encoding.UTF8.GetString(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes))];
    }

    /// <summary>A piece with a character that stands for no byte is text as it is, such as an added token.</summary>
    public static void AppendBytes(string piece, List<byte> bytes)
    {
        foreach (var unit in piece)
        {
            if (ByteAlphabet.ToByte(unit) >= 0)
                continue;
            bytes.AddRange(Encoding.UTF8.GetBytes(piece));
            return;
        }
        foreach (var unit in piece)
            bytes.Add((byte)ByteAlphabet.ToByte(unit));
    }
}

/// <summary>Runs of <c>&lt;0xNN&gt;</c> pieces to text; a run that is no UTF-8 gives one replacement character a byte.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryParse(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    public override List<string> Apply(List<string> pieces)
    {
        List<string> result = [];
        List<byte> run = [];
        foreach (var piece in pieces)
        {
            if (TryParse(piece, out var value))
            {
                run.Add(value);
                continue;
            }
            Flush(run, result);
            result.Add(piece);
        }
        Flush(run, result);
        return result;
    }

    private static void Flush(List<byte> run, List<string> result)
    {
        if (run.Count == 0)
            return;
        try
        {
            result.Add(Strict.GetString([.. run]));
        }
        catch (DecoderFallbackException)
        {
            for (var i = 0; i < run.Count; i++)
                result.Add("\uFFFD");
        }
        run.Clear();
    }
}

internal sealed class FuseDecoder : Decoder
{
    public override List<string> Apply(List<string> pieces) => [string.Concat(pieces)];
}

/// <summary>Takes up to so many of one character off both ends of every piece.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    public string Content => content;

    public (int Start, int Stop) Limits => (start, stop);

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
