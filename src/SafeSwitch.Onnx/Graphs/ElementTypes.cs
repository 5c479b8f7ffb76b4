using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>What element types are called, how wide they are, and how their numbers become single precision and back.</summary>
public static class ElementTypes
{
    /// <summary>Whether its numbers are floating-point numbers.</summary>
    public static bool IsFloating(this ElementType type) =>
        type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64;

    /// <summary>Name for people: fp32, fp16, bf16, int8, …</summary>
    public static string Display(this ElementType type) => type switch
    {
        ElementType.Undefined => "no tensor",
        ElementType.Float32 => "fp32",
        ElementType.Float16 => "fp16",
        ElementType.BFloat16 => "bf16",
        ElementType.Float64 => "fp64",
        ElementType.Int8 => "int8",
        ElementType.UInt8 => "uint8",
        ElementType.Int32 => "int32",
        ElementType.Int64 => "int64",
        ElementType.Boolean => "bool",
        _ => $"type {(int)type}",
    };

    /// <summary>Bytes of one element; 0 if the width is not known here.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Float64 or ElementType.Int64 => 8,
        ElementType.Float32 or ElementType.Int32 => 4,
        ElementType.Float16 or ElementType.BFloat16 => 2,
        ElementType.Int8 or ElementType.UInt8 or ElementType.Boolean => 1,
        _ => 0,
    };

    /// <summary>Copies numbers of fp32, fp16 or bf16 as single precision.</summary>
    /// <param name="type">Type of the source.</param>
    /// <param name="source">The numbers, in the machine's byte order.</param>
    /// <param name="destination">Room for as many.</param>
    /// <exception cref="ArgumentException">The type is another one, or the destination is too short.</exception>
    public static void ToSingles(this ElementType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        switch (type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case ElementType.BFloat16:
                BrainFloat.Widen(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            default:
                throw new ArgumentException($"Found {type.Display()}, expected fp32, fp16 or bf16.", nameof(type));
        }
    }

    /// <summary>Numbers as bytes of fp32, fp16 or bf16, rounded to the nearest, ties to even.</summary>
    /// <exception cref="ArgumentException">The type is another one.</exception>
    public static byte[] ToBytes(this ElementType type, ReadOnlySpan<float> numbers)
    {
        var bytes = new byte[numbers.Length * type.Size()];
        switch (type)
        {
            case ElementType.Float32:
                MemoryMarshal.AsBytes(numbers).CopyTo(bytes);
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToHalf(numbers, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan()));
                break;
            case ElementType.BFloat16:
                BrainFloat.Round(numbers, MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan()));
                break;
            default:
                throw new ArgumentException($"Found {type.Display()}, expected fp32, fp16 or bf16.", nameof(type));
        }

        return bytes;
    }

    /// <summary>Whether none of the numbers is infinite or not a number; of integers, none is.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="numbers">The numbers, in the machine's byte order.</param>
    public static bool AreFinite(this ElementType type, ReadOnlySpan<byte> numbers) => type switch
    {
        ElementType.Float32 => TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, float>(numbers)),
        ElementType.Float64 => TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, double>(numbers)),
        ElementType.Float16 => TensorPrimitives.IsFiniteAll(MemoryMarshal.Cast<byte, Half>(numbers)),
        ElementType.BFloat16 => BrainFloat.AreFinite(MemoryMarshal.Cast<byte, ushort>(numbers)),
        _ => true,
    };
}
