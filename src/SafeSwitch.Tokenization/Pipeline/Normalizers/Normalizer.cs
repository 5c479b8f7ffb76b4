namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

/// <summary>Rewrites a text before it is cut.</summary>
internal abstract class Normalizer
{
    public abstract PipelineText Apply(PipelineText text);

    /// <summary>What becomes of a text that nobody traces.</summary>
    public string Apply(string text) => Apply(PipelineText.FromSource(text, 0, traced: false)).Value;
}
