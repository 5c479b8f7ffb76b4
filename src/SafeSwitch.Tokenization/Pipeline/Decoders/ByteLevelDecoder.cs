using System.Text;
using SafeSwitch.Tokenization.Bpe;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

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
