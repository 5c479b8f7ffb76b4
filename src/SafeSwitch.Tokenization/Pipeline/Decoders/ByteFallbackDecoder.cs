using System.Globalization;
using System.Text;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Runs of <c>&lt;0xNN&gt;</c> pieces to text; a run that isn't UTF-8 gives one replacement character a byte.</summary>
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
