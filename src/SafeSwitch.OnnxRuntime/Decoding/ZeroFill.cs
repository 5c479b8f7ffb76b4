using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Zeroes memory of a device by a graph of one operator that runs there: ONNX Runtime has no call that writes to it. Thread-safe.
/// </summary>
internal sealed class ZeroFill : IDisposable
{
    private const string Shape = "shape";
    private const string Zeros = "zeros";

    /// <summary>zeros: int64[n] = ConstantOfShape(shape: int64[1]), opset 13. Of 64-bit numbers, so that few of them are many bytes.</summary>
    private static readonly byte[] Graph = Convert.FromBase64String(
        "CAg6bwo7CgVzaGFwZRIFemVyb3MiD0NvbnN0YW50T2ZTaGFwZSoaCgV2YWx1ZSoOCAEQB0oIAAAAAAAAAACgAQQSBXplcm9zWhMKBXNoYXBlEgoKCAgHEgQKAggBYhQKBXplcm9zEgsKCQgHEgUKAxIBbkICEA0=");

    private readonly InferenceSession session;

    /// <param name="options">Of a session on the device.</param>
    public ZeroFill(SessionOptions options) => session = new InferenceSession(Graph, options);

    /// <summary>Fills memory with zeros, and returns when it is.</summary>
    /// <param name="info">Where the memory is.</param>
    /// <param name="pointer">Its start.</param>
    /// <param name="bytes">A multiple of 8.</param>
    public void Run(OrtMemoryInfo info, nint pointer, long bytes)
    {
        var numbers = Math.DivRem(bytes, sizeof(long), out var rest);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rest, 0, nameof(bytes));
        using var shape = OrtValue.CreateTensorValueFromMemory([numbers], [1]);
        using var zeros = OrtValue.CreateTensorValueWithData(info, TensorElementType.Int64, [numbers], pointer, bytes);
        using var binding = session.CreateIoBinding();
        binding.BindInput(Shape, shape);
        binding.BindOutput(Zeros, zeros);
        using var options = new RunOptions();
        session.RunWithBinding(options, binding);
    }

    public void Dispose() => session.Dispose();
}
