using System.Globalization;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>One dimension of a graph's input or output.</summary>
/// <param name="Value">Its size, where it is fixed.</param>
/// <param name="Name">Its name, where it is open; empty if it has none.</param>
public readonly record struct Dim(long Value, string? Name)
{
    /// <summary>Whether its size is fixed.</summary>
    public bool IsFixed => Name is null;

    /// <summary>A dimension of a fixed size.</summary>
    public static implicit operator Dim(long value) => new(value, null);

    /// <summary>A dimension of any size.</summary>
    public static implicit operator Dim(string name) => new(0, name);

    /// <summary>A dimension as a graph states it.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="dimension"/> is <see langword="null"/>.</exception>
    public static Dim From(TensorShapeProto.Types.Dimension dimension)
    {
        ArgumentNullException.ThrowIfNull(dimension);
        return dimension.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? dimension.DimValue : dimension.DimParam;
    }

    /// <summary>The dimension as a graph states it.</summary>
    public TensorShapeProto.Types.Dimension ToProto() => Name is null ? new() { DimValue = Value } : new() { DimParam = Name };

    /// <inheritdoc/>
    public override string ToString() => Name switch
    {
        null => Value.ToString(CultureInfo.InvariantCulture),
        "" => "?",
        _ => Name,
    };
}
