using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>A run of numbers that tensors of a <c>.pth</c> file look into.</summary>
/// <param name="Key">Its name in the archive.</param>
/// <param name="Type">Element type.</param>
/// <param name="Length">Elements.</param>
internal sealed record TorchStorage(string Key, ElementType Type, long Length);
