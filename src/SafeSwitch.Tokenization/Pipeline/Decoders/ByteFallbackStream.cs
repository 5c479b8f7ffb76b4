using System.Buffers;
using System.Text;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>
/// Pieces with byte fallback to text. A character is given out with its last byte. A run of bytes that turns out to be no UTF-8 gives one
/// replacement character a byte, as in whole decoding; only characters of that run that were already given out stay as they were.
/// </summary>
internal sealed class ByteFallbackStream : PieceStream
{
    private readonly ReplaceDecoder replace;
    private readonly string stripped;
    private readonly int stripAtStart;
    private readonly List<byte> waiting = [];
    private bool invalidRun;
    private int toStrip;

    public ByteFallbackStream(ReplaceDecoder replace, string stripped, int stripAtStart)
    {
        (this.replace, this.stripped, this.stripAtStart) = (replace, stripped, stripAtStart);
        Reset();
    }

    public override string Append(string piece)
    {
        if (!ByteFallbackDecoder.TryParse(replace.Apply(piece), out var value))
            return Strip(EndRun() + replace.Apply(piece));
        waiting.Add(value);
        if (invalidRun)
            return Strip(GiveUp());
        switch (Rune.DecodeFromUtf8(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(waiting), out var rune, out _))
        {
            case OperationStatus.Done:
                waiting.Clear();
                return Strip(rune.ToString());
            case OperationStatus.NeedMoreData:
                return "";
            default:
                invalidRun = true;
                return Strip(GiveUp());
        }
    }

    public override string Flush() => Strip(EndRun());

    public override void Reset()
    {
        waiting.Clear();
        invalidRun = false;
        toStrip = stripAtStart;
    }

    private string EndRun()
    {
        invalidRun = false;
        return GiveUp();
    }

    private string GiveUp()
    {
        if (waiting.Count == 0)
            return "";
        var text = new string('\uFFFD', waiting.Count);
        waiting.Clear();
        return text;
    }

    private string Strip(string text)
    {
        if (toStrip == 0 || text.Length == 0)
            return text;
        var start = 0;
        for (; toStrip > 0 && text.AsSpan(start).StartsWith(stripped); toStrip--)
            start += stripped.Length;
        if (start < text.Length)
            toStrip = 0;
        return text[start..];
    }
}
