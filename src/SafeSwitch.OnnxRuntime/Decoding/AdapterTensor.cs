using Microsoft.ML.OnnxRuntime.Tensors;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>One tensor of an <c>.onnx_adapter</c> file.</summary>
/// <param name="Name">The overridable initializer that it replaces.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Type">Type of its numbers.</param>
/// <param name="Offset">Where its numbers begin in the file.</param>
/// <param name="Length">Bytes.</param>
internal sealed record AdapterTensor(string Name, long[] Shape, TensorElementType Type, int Offset, int Length);
