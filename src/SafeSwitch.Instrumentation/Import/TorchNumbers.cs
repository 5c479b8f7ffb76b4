using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>Numbers of a storage as fp32, and a tensor's out of them.</summary>
internal static class TorchNumbers
{
    public static float[] ToSingles(byte[] bytes, ElementType type)
    {
        var values = new float[bytes.Length / type.Size()];
        if (type == ElementType.Float64)
            TensorPrimitives.ConvertTruncating<double, float>(MemoryMarshal.Cast<byte, double>(bytes), values);
        else
            type.ToSingles(bytes, values);
        return values;
    }

    public static float[] Gather(float[] storage, TorchTensor tensor)
    {
        var values = new float[tensor.Count];
        var index = new long[tensor.Shape.Count];
        var at = tensor.Offset;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = storage[at];
            for (var dim = index.Length - 1; dim >= 0; dim--)
            {
                at += tensor.Strides[dim];
                if (++index[dim] < tensor.Shape[dim])
                    break;
                at -= tensor.Strides[dim] * tensor.Shape[dim];
                index[dim] = 0;
            }
        }

        return values;
    }
}
