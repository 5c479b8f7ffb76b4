using System.Globalization;

namespace SafeSwitch.Onnx.Configuration;

/// <summary>Names of a decoder's inputs and outputs; those of the cache hold <c>%d</c> for the layer.</summary>
internal sealed record DecoderNames
{
    public string InputIds { get; init; } = "input_ids";

    public string AttentionMask { get; init; } = "attention_mask";

    public string PositionIds { get; init; } = "position_ids";

    public string Logits { get; init; } = "logits";

    public string PastKey { get; init; } = "past_key_values.%d.key";

    public string PastValue { get; init; } = "past_key_values.%d.value";

    public string PresentKey { get; init; } = "present.%d.key";

    public string PresentValue { get; init; } = "present.%d.value";

    public static string ForLayer(string pattern, int layer) =>
        pattern.Replace("%d", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
