using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Adapters;

/// <summary>One tensor of an adapter.</summary>
/// <param name="Name">The overridable initializer it replaces.</param>
/// <param name="Dims">Its shape.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Data">Its elements, row-major, little-endian.</param>
public sealed record AdapterTensor(string Name, IReadOnlyList<long> Dims, ElementType Type, ReadOnlyMemory<byte> Data);
