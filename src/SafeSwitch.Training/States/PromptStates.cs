using System.Numerics.Tensors;
using SafeSwitch.Backends;

namespace SafeSwitch.Training.States;

/// <summary>The states of the prompt being collected at all its positions, one layer: what the next row's prefix is copied from.</summary>
internal sealed class PromptStates(string layer, int width, int capacity)
{
    /// <summary>The largest number that fp16 holds: a state beyond it is kept finite.</summary>
    private const float Largest = 65504;

    private readonly Half[] states = new Half[(long)width * capacity];
    private readonly float[] row = new float[width];
    private readonly float[] sum = new float[width];

    public string Layer => layer;

    /// <summary>Copies the states of the positions just run.</summary>
    public void Read(DecodingSession session, int from)
    {
        var source = session.GetHiddenStates(layer);
        for (var i = 0; i < source.Positions; i++)
            Convert(source, i, At(from + i));
    }

    public ReadOnlySpan<Half> this[int position] => At(position);

    /// <summary>Copies the states of the positions that a mask names, in order.</summary>
    public void Copy(ReadOnlySpan<float> mask, Span<Half> destination)
    {
        var to = 0;
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] != 0)
                At(i).CopyTo(destination[(to++ * width)..]);
        }
    }

    /// <summary>Averages the states of the positions that a mask names, one at least.</summary>
    public void Average(ReadOnlySpan<float> mask, Span<Half> destination)
    {
        Array.Clear(sum);
        for (var i = 0; i < mask.Length; i++)
        {
            if (mask[i] == 0)
                continue;
            TensorPrimitives.ConvertToSingle(At(i), row);
            TensorPrimitives.Add(sum, row, sum);
        }

        TensorPrimitives.Divide(sum, mask.Length - mask.Count(0f), sum);
        TensorPrimitives.ConvertToHalf(sum, destination);
    }

    /// <summary>Copies one position of a session's states, as fp16.</summary>
    public void Convert(HiddenStates source, int position, Span<Half> destination)
    {
        if (source.Width != width)
            throw new InvalidOperationException($"'{layer}' is {source.Width} wide, expected {width}.");
        source.CopyRow(position, row);
        TensorPrimitives.Clamp(row, -Largest, Largest, row);
        TensorPrimitives.ConvertToHalf(row, destination);
    }

    private Span<Half> At(int position) => states.AsSpan(position * width, width);
}
