using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Hidden states in the memory that ONNX Runtime wrote them to.</summary>
internal sealed class OrtHiddenStates(OutputTensor tensor) : HiddenStates
{
    public override string Name => tensor.Output.Name;

    public override int Positions => tensor.Rows;

    public override int Width => tensor.Output.Width;

    public override HiddenStateType Type { get; } = DecoderTypes.ToHiddenStateType(tensor.Output.Type);

    public override ReadOnlySpan<byte> Data => tensor.Data;
}
