using System.Buffers;
using System.Text;

namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>
/// Pieces with byte fallback to text. A character is given out with its last byte. A run of bytes that turns out to be no UTF-8 gives one
/// replacement character a byte, as in whole decoding; only characters of that run that were already given out stay as they were.
/// </summary>
internal sealed class ByteFallbackStream : PieceStream
{
    private readonly ReplaceDecoder _replace;
    private readonly string _stripped;
    private readonly int _stripAtStart;
    private readonly List<byte> _waiting = [];
    private bool _invalidRun;
    private int _toStrip;

    public ByteFallbackStream(ReplaceDecoder replace, string stripped, int stripAtStart)
    {
        (_replace, _stripped, _stripAtStart) = (replace, stripped, stripAtStart);
        Reset();
    }

    public override string Append(string piece)
    {
        if (!ByteFallbackDecoder.TryParse(_replace.Apply(piece), out var value))
            return Strip(EndRun() + _replace.Apply(piece));
        _waiting.Add(value);
        if (_invalidRun)
            return Strip(GiveUp());
        switch (Rune.DecodeFromUtf8(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_waiting), out var rune, out _))
        {
            case OperationStatus.Done:
                _waiting.Clear();
                return Strip(rune.ToString());
            case OperationStatus.NeedMoreData:
                return "";
            default:
                _invalidRun = true;
                return Strip(GiveUp());
        }
    }

    public override string Flush() => Strip(EndRun());

    public override void Reset()
    {
        _waiting.Clear();
        _invalidRun = false;
        _toStrip = _stripAtStart;
    }

    private string EndRun()
    {
        _invalidRun = false;
        return GiveUp();
    }

    private string GiveUp()
    {
        if (_waiting.Count == 0)
            return "";
        var text = new string('\uFFFD', _waiting.Count);
        _waiting.Clear();
        return text;
    }

    private string Strip(string text)
    {
        if (_toStrip == 0 || text.Length == 0)
            return text;
        var start = 0;
        for (; _toStrip > 0 && text.AsSpan(start).StartsWith(_stripped); _toStrip--)
            start += _stripped.Length;
        if (start < text.Length)
            _toStrip = 0;
        return text[start..];
    }
}
