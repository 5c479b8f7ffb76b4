using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>A hidden state of the last run, in the memory of the tensor that the library handed out.</summary>
internal sealed unsafe class GenAIHiddenStates(string name, int width) : HiddenStates, IDisposable
{
    private TensorHandle? tensor;
    private byte* data;
    private int positions;
    private HiddenStateType type;

    public override string Name => name;

    public override int Positions => positions;

    public override int Width => width;

    public override HiddenStateType Type => type;

    public override ReadOnlySpan<byte> Data => new(data, positions * width * Size);

    /// <summary>Whether the tensor of the last run is here.</summary>
    public bool IsLoaded => tensor is not null;

    private int Size => type == HiddenStateType.Float32 ? sizeof(float) : sizeof(ushort);

    /// <summary>Takes the tensor over.</summary>
    /// <param name="output">The output, <c>[1, sequence, width]</c>.</param>
    /// <param name="rows">Positions to show: the last ones of the run.</param>
    /// <exception cref="OnnxRuntimeGenAIException">The output has another shape or type.</exception>
    public void Load(TensorHandle output, int rows)
    {
        Dispose();
        tensor = output;
        try
        {
            Read(output.DangerousGetHandle(), rows);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        positions = 0;
        data = null;
        tensor?.Dispose();
        tensor = null;
    }

    private void Read(nint output, int rows)
    {
        NativeResult.Check(NativeMethods.OgaTensorGetType(output, out var element));
        NativeResult.Check(NativeMethods.OgaTensorGetShapeRank(output, out var rank));
        var shape = new long[rank];
        fixed (long* dimensions = shape)
            NativeResult.Check(NativeMethods.OgaTensorGetShape(output, dimensions, rank));
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
        NativeResult.Check(NativeMethods.OgaTensorGetData(output, out var start));
        positions = rows;
        data = (byte*)start + ((shape[1] - rows) * width * Size);
    }
}
