using System.Globalization;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>One dimension of a graph's input or output: a number or a name.</summary>
internal readonly record struct Dim(long Value, string? Name)
{
    public static implicit operator Dim(long value) => new(value, null);

    public static implicit operator Dim(string name) => new(0, name);

    public static Dim From(TensorShapeProto.Types.Dimension dimension) =>
        dimension.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? dimension.DimValue : dimension.DimParam;

    public TensorShapeProto.Types.Dimension ToProto() =>
        Name is null ? new() { DimValue = Value } : new() { DimParam = Name };

    public override string ToString() => Name ?? Value.ToString(CultureInfo.InvariantCulture);
}
