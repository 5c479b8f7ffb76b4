using SafeSwitch.Backends;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>
/// A hidden state of the last run. The library hands out a copy in native memory; it is taken over into a managed array, which
/// lives as long as somebody reads it, whoever disposes the session meanwhile.
/// </summary>
internal sealed unsafe class GenAIHiddenStates(string name, int width) : HiddenStates
{
    private byte[] data = [];
    private HiddenStateType type;

    public override string Name => name;

    public override int Positions => data.Length / (width * Size(type));

    public override int Width => width;

    public override HiddenStateType Type => type;

    public override ReadOnlySpan<byte> Data => data;

    /// <summary>Whether the state of the last run is here.</summary>
    public bool IsLoaded => data.Length > 0;

    /// <summary>Takes the numbers over.</summary>
    /// <param name="output">The output, <c>[1, sequence, width]</c>.</param>
    /// <param name="rows">Positions to show: the last ones of the run.</param>
    /// <exception cref="OnnxRuntimeGenAIException">The output has another shape or type.</exception>
    public void Load(TensorHandle output, int rows)
    {
        var pointer = output.DangerousGetHandle();
        NativeResult.Check(NativeMethods.OgaTensorGetType(pointer, out var element));
        NativeResult.Check(NativeMethods.OgaTensorGetShapeRank(pointer, out var rank));
        var shape = new long[rank];
        fixed (long* dimensions = shape)
        {
            NativeResult.Check(NativeMethods.OgaTensorGetShape(pointer, dimensions, rank));
        }

        if (shape.Length != 3 || shape[0] != 1 || shape[1] < rows || shape[2] != width)
        {
            throw new OnnxRuntimeGenAIException(
                $"Output '{name}': found shape [{string.Join(", ", shape)}], expected [1, {rows}, {width}]. Does the model run its prompt "
                + "in pieces (sliding_window.slide_inputs in genai_config.json)? Turn that off.");
        }

        type = element switch
        {
            ElementType.Float32 => HiddenStateType.Float32,
            ElementType.Float16 => HiddenStateType.Float16,
            ElementType.BFloat16 => HiddenStateType.BFloat16,
            _ => throw new OnnxRuntimeGenAIException($"Output '{name}': found element type {(int)element}, expected a floating-point type."),
        };
        NativeResult.Check(NativeMethods.OgaTensorGetData(pointer, out var start));
        var rowBytes = width * Size(type);
        data = new ReadOnlySpan<byte>((byte*)start + ((shape[1] - rows) * rowBytes), checked(rows * rowBytes)).ToArray();
    }

    /// <summary>Forgets the numbers; those who read them keep them.</summary>
    public void Clear() => data = [];

    private static int Size(HiddenStateType type) => type == HiddenStateType.Float32 ? sizeof(float) : sizeof(ushort);
}
