using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Spelled bytes to text. A token that ends within a character waits for the tokens that complete it.</summary>
internal sealed class ByteLevelStream : PieceStream
{
    /// <summary>More than any sensible character and what is before it in its token: from here on only the unfinished bytes wait.</summary>
    private const int LongestWait = 64;

    private readonly List<byte> waiting = [];

    public override string Append(string piece)
    {
        ByteLevelDecoder.AppendBytes(piece, waiting);
        var unfinished = Unfinished(CollectionsMarshal.AsSpan(waiting));
        return unfinished > 0 && waiting.Count <= LongestWait ? "" : Take(waiting.Count - unfinished);
    }

    public override string Flush() => Take(waiting.Count);

    public override void Reset() => waiting.Clear();

    private string Take(int count)
    {
        var text = Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(waiting)[..count]);
        waiting.RemoveRange(0, count);
        return text;
    }

    /// <summary>How many bytes at the end begin a character that more bytes may complete.</summary>
    private static int Unfinished(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= Math.Min(3, bytes.Length); length++)
        {
            if (Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == OperationStatus.NeedMoreData)
                return length;
        }

        return 0;
    }
}
