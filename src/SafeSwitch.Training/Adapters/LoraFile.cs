using System.Runtime.InteropServices;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Training.Adapters;

/// <summary>Trained weights as an <c>.onnx_adapter</c> file, in the head's type.</summary>
internal static class LoraFile
{
    public static AdapterFile Of(LoraWeights weights, ElementType type) => new()
    {
        Tensors =
        [
            new AdapterTensor(GraphNames.LoraA, [weights.Hidden, weights.Rank], type, Bytes(weights.A, type)),
            new AdapterTensor(GraphNames.LoraB, [weights.Rank, weights.Vocabulary], type, Bytes(weights.FoldedB(), type)),
        ],
    };

    private static byte[] Bytes(float[] values, ElementType type) => type switch
    {
        ElementType.Float32 => MemoryMarshal.AsBytes<float>(values).ToArray(),
        ElementType.Float16 => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, v => (Half)v)).ToArray(),
        ElementType.BFloat16 => MemoryMarshal.AsBytes<ushort>(Array.ConvertAll(values, RoundToBFloat16)).ToArray(),
        _ => throw new SafeSwitchException($"An adapter of type {type} can't be written; expected a floating-point head."),
    };

    private static ushort RoundToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
