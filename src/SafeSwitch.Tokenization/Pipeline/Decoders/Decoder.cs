namespace SafeSwitch.Tokenization.Pipeline.Decoders;

/// <summary>Rewrites the pieces of an answer on their way back to text, which is what is left when they are joined.</summary>
internal abstract class Decoder
{
    public abstract List<string> Apply(List<string> pieces);
}
