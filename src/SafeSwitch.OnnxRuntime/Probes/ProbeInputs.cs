namespace SafeSwitch.OnnxRuntime.Probes;

/// <summary>What a probe graph takes, in the order in which it is given.</summary>
internal sealed record ProbeInputs(IReadOnlyList<string> Names, int Width, bool TakesContentMask, bool TakesAttentionMask)
{
    public const string ContentMask = "content_mask";
    public const string AttentionMask = "attention_mask";
    public const string Probability = "probability";

    public static readonly IReadOnlyList<string> Outputs = [Probability];
}
