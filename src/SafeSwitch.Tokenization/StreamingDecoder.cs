using SafeSwitch.Tokenization.Pipeline.Decoders;

namespace SafeSwitch.Tokenization;

/// <summary>
/// The text of one answer, token by token: what is complete is given out at once, half a character never.
/// Not thread-safe: one for each answer.
/// </summary>
public sealed class StreamingDecoder
{
    private readonly TokenizerModel model;
    private readonly PieceStream stream;
    private readonly bool skipSpecialTokens;

    internal StreamingDecoder(TokenizerModel model, Decoder? decoder, bool skipSpecialTokens)
    {
        this.model = model;
        stream = PieceStream.For(decoder);
        this.skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes the next token and gives the text that it completes; empty when all of it is held back.</summary>
    /// <exception cref="TokenizerPatternException">A pattern of the file backtracks without end on this text.</exception>
    public string Append(int id)
    {
        if (model.IdToToken(id) is not { } piece || (skipSpecialTokens && model.IsSpecial(id)))
            return "";
        return stream.Append(piece);
    }

    /// <summary>Ends the answer: gives what was held back, U+FFFD for bytes that never became a character.</summary>
    /// <exception cref="TokenizerPatternException">A pattern of the file backtracks without end on this text.</exception>
    public string Flush() => stream.Flush();

    /// <summary>Starts over, for another answer.</summary>
    public void Reset() => stream.Reset();
}
