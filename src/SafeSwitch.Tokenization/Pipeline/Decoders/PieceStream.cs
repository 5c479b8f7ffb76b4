namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Pieces to text, one at a time.</summary>
internal abstract class PieceStream
{
    public abstract string Append(string piece);

    public abstract string Flush();

    public abstract void Reset();

    /// <summary>The two shapes that nearly all models have get a stream that looks at each piece once; others a window that is decoded again.</summary>
    public static PieceStream For(Decoder? decoder) => decoder switch
    {
        ByteLevelDecoder => new ByteLevelStream(),
        DecoderSequence { Steps: [ByteLevelDecoder] } => new ByteLevelStream(),
        DecoderSequence { Steps: [ReplaceDecoder replace, ByteFallbackDecoder, FuseDecoder] } => new ByteFallbackStream(replace, "", 0),
        DecoderSequence { Steps: [ReplaceDecoder replace, ByteFallbackDecoder, FuseDecoder, StripDecoder { Limits: (var start, 0) } strip] } =>
            new ByteFallbackStream(replace, strip.Content, start),
        _ => new WindowStream(decoder),
    };
}
