using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>A place in the flow from embeddings to head.</summary>
/// <param name="Order">Position in topological order; also its identity.</param>
/// <param name="Name">The tensor, or the first output of <paramref name="Node"/>.</param>
/// <param name="Node">The node, where the place is a fused addition and norm; otherwise <see langword="null"/>.</param>
internal readonly record struct FlowPoint(int Order, string? Name, NodeProto? Node);
