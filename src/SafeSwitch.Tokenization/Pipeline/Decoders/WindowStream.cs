namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>
/// Any decoder, token by token: decodes the pieces since the last text but one, and gives out what is new when it does not end in a
/// character that may still change.
/// </summary>
internal sealed class WindowStream(Decoder? decoder) : PieceStream
{
    private readonly List<string> window = [];
    private int given;

    public override string Append(string piece)
    {
        window.Add(piece);
        return Advance(atEnd: false);
    }

    public override string Flush()
    {
        var text = Advance(atEnd: true);
        Reset();
        return text;
    }

    public override void Reset()
    {
        window.Clear();
        given = 0;
    }

    private string Advance(bool atEnd)
    {
        if (given == window.Count)
            return "";
        var before = Decode(given);
        var now = Decode(window.Count);
        if (now.Length <= before.Length || !now.StartsWith(before, StringComparison.Ordinal) || (!atEnd && now.EndsWith('\uFFFD')))
            return "";
        window.RemoveRange(0, given);
        given = window.Count;
        return now[before.Length..];
    }

    private string Decode(int count)
    {
        var pieces = window.GetRange(0, count);
        return decoder is null ? string.Join(' ', pieces) : string.Concat(decoder.Apply(pieces));
    }
}
