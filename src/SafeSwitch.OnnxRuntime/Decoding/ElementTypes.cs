using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>The floating-point types that decoders compute in.</summary>
internal static class ElementTypes
{
    public const string Supported = "float32, float16 or bfloat16";

    public static bool IsSupported(TensorElementType type) => SizeOf(type) != 0;

    /// <returns>Bytes; 0 for a type that is none of theirs.</returns>
    public static int SizeOf(TensorElementType type) => type switch
    {
        TensorElementType.Float => sizeof(float),
        TensorElementType.Float16 or TensorElementType.BFloat16 => sizeof(ushort),
        _ => 0,
    };

    /// <summary>Copies numbers of a type as single precision.</summary>
    public static void ToSingle(TensorElementType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case TensorElementType.Float:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            default:
                var numbers = MemoryMarshal.Cast<byte, ushort>(source);
                for (var i = 0; i < numbers.Length; i++)
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)numbers[i] << 16);
                break;
        }
    }

    public static HiddenStateType ToHiddenStateType(TensorElementType type) => type switch
    {
        TensorElementType.Float => HiddenStateType.Float32,
        TensorElementType.Float16 => HiddenStateType.Float16,
        _ => HiddenStateType.BFloat16,
    };
}
