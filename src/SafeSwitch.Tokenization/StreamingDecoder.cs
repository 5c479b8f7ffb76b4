using SafeSwitch.Tokenization.Pipeline.Decoders;

namespace SafeSwitch.Tokenization;

/// <summary>
/// The text of one answer, token by token: what is complete is given out at once, half a character never.
/// Not thread-safe: one for each answer.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly TokenizerModel _model;
    private readonly PieceStream _stream;
    private readonly bool _skipSpecialTokens;

    internal StreamingDecoder(TokenizerModel model, Decoder? decoder, bool skipSpecialTokens)
    {
        _model = model;
        _stream = PieceStream.For(decoder);
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes the next token and gives the text that it completes; empty when all of it is held back.</summary>
    public string Append(int id)
    {
        if (_model.IdToToken(id) is not { } piece || (_skipSpecialTokens && _model.IsSpecial(id)))
            return "";
        return _stream.Append(piece);
    }

    /// <summary>Ends the answer: gives what was held back, U+FFFD for bytes that never became a character.</summary>
    public string Flush() => _stream.Flush();

    /// <summary>Forgets everything, ready for another answer.</summary>
    public void Reset() => _stream.Reset();
}
