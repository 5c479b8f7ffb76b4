using Microsoft.ML.OnnxRuntime.Tensors;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>An output of the decoder that has a row for every position: hidden states or logits.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Width">Numbers per row.</param>
/// <param name="IsLastOnly">Whether it has a row for the last position alone.</param>
internal sealed record StateOutput(string Name, TensorElementType Type, int Width, bool IsLastOnly = false);
