namespace SafeSwitch.Onnx.Graphs;

/// <summary>What element types are called and how wide they are.</summary>
internal static class ElementTypes
{
    public static bool IsFloating(this ElementType type) =>
        type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64;

    /// <summary>Name for people: fp32, fp16, bf16, int8, …</summary>
    public static string Display(this ElementType type) => type switch
    {
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
}
