namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override PipelineText Apply(PipelineText text)
    {
        foreach (var step in steps)
            text = step.Apply(text);
        return text;
    }
}
