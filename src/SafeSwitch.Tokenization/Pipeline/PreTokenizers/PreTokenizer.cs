namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

/// <summary>Cuts a piece into smaller ones, in order. The model never merges across a cut.</summary>
internal abstract class PreTokenizer
{
    public abstract void Cut(PipelineText text, int start, int length, IPieceSink sink);
}
