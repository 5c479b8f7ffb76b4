using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Hidden states in the tensor that ONNX Runtime wrote them to; a probe takes the tensor itself.</summary>
internal sealed class OrtHiddenStates(OutputTensor tensor) : HiddenStates
{
    public override string Name => tensor.Output.Name;

    public override int Positions => tensor.Rows;

    public override int Width => tensor.Output.Width;

    public override HiddenStateType Type { get; } = ElementTypes.ToHiddenStateType(tensor.Output.Type);

    public override ReadOnlySpan<byte> Data => tensor.Data;

    /// <summary>The tensor, <c>[1, positions, width]</c>.</summary>
    public OrtValue Tensor => tensor.Value;
}
