using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Backends;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>The floating-point types that decoders compute in, under ONNX Runtime's names.</summary>
internal static class DecoderTypes
{
    public const string Supported = "float32, float16 or bfloat16";

    public static bool IsSupported(TensorElementType type) => type is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16;

    /// <summary>Bytes of a number.</summary>
    public static int SizeOf(TensorElementType type) => ToOnnx(type).Size();

    /// <summary>Copies numbers of a type as single precision.</summary>
    public static void ToSingle(TensorElementType type, ReadOnlySpan<byte> source, Span<float> destination) => ToOnnx(type).ToSingles(source, destination);

    public static HiddenStateType ToHiddenStateType(TensorElementType type) => type switch
    {
        TensorElementType.Float => HiddenStateType.Float32,
        TensorElementType.Float16 => HiddenStateType.Float16,
        _ => HiddenStateType.BFloat16,
    };

    // Both enumerations have the format's numbers.
    private static ElementType ToOnnx(TensorElementType type) => (ElementType)type;
}
