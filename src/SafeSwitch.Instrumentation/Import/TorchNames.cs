using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>The names a saved tensor may use, and what each is read as. No other name is known.</summary>
internal static class TorchNames
{
    public static object Find(string module, string name) => (module, name) switch
    {
        ("collections", "OrderedDict") => TorchCall.OrderedDictionary,
        ("torch._utils", "_rebuild_tensor_v2") => TorchCall.Tensor,
        ("torch._utils", "_rebuild_parameter") => TorchCall.Parameter,
        ("torch", "FloatStorage") => ElementType.Float32,
        ("torch", "HalfStorage") => ElementType.Float16,
        ("torch", "BFloat16Storage") => ElementType.BFloat16,
        ("torch", "DoubleStorage") => ElementType.Float64,
        _ => throw new UnpicklingException($"the pickle names '{module}.{name}', which saved tensors don't need; don't open this file with anything that runs it"),
    };

    public static object Call(TorchCall call, object?[] arguments) => (call, arguments) switch
    {
        (TorchCall.OrderedDictionary, []) => new TorchDictionary(),
        (TorchCall.Parameter, [TorchTensor tensor, ..]) => tensor,
        (TorchCall.Tensor, [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..]) =>
            Checked(new TorchTensor(storage, offset, [.. shape.Cast<long>()], [.. strides.Cast<long>()])),
        _ => throw new UnpicklingException($"the pickle makes a {call} of {arguments.Length} values that don't fit"),
    };

    public static TorchStorage Storage(object? reference) =>
        reference is object?[] and ["storage", ElementType type, string key, string, long length] && length >= 0
            ? new TorchStorage(key, type, length)
            : throw new UnpicklingException("the pickle refers to something that isn't a storage");

    private static TorchTensor Checked(TorchTensor tensor)
    {
        if (tensor.Shape.Count != tensor.Strides.Count || tensor.Offset < 0 || tensor.Shape.Any(dim => dim < 0) || tensor.Strides.Any(stride => stride < 0))
            throw new UnpicklingException("a tensor has an impossible shape");
        if (tensor.Count > tensor.Storage.Length)
            throw new UnpicklingException($"a tensor [{string.Join(", ", tensor.Shape)}] repeats a storage of {tensor.Storage.Length:N0}");
        return tensor.End <= tensor.Storage.Length
            ? tensor
            : throw new UnpicklingException($"a tensor [{string.Join(", ", tensor.Shape)}] ends at element {tensor.End:N0} of a storage of {tensor.Storage.Length:N0}");
    }
}
