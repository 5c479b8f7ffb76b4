namespace SafeSwitch.Tests;

/// <summary>The small decoders of real architectures, each in every precision and export that there is.</summary>
internal static class DecoderFixtures
{
    private static readonly string[] Architectures = ["llama", "llama-tied", "qwen2", "phi3", "granite"];

    private static readonly string[] Variants =
    [
        "fp32", "fp32-hidden", "fp32-pruned", "int4", "int4-asym", "int4-head8", "int4-shared", "int8", "fp16",
        "hub-export/onnx/model.onnx", "hub-export/onnx/model_fp16.onnx", "hub-export/onnx/model_quantized.onnx",
    ];

    /// <summary>Architecture and variant; every architecture has an fp32 row even where the fixtures are absent, which then is skipped by name.</summary>
    public static TheoryData<string, string> All()
    {
        var data = new TheoryData<string, string>();
        foreach (var architecture in Architectures)
            foreach (var variant in Variants)
                if (variant == "fp32" || Fixtures.HasShared("fixtures", "decoders", architecture, variant))
                    data.Add(architecture, variant);
        return data;
    }

    public static string Path(string architecture, string variant) => Fixtures.Shared("fixtures", "decoders", architecture, variant);

    /// <summary>The graph as it was exported.</summary>
    public static string Graph(string architecture, string variant) =>
        variant.EndsWith(".onnx", StringComparison.Ordinal) ? Path(architecture, variant) : System.IO.Path.Combine(Path(architecture, variant), "model.onnx");

    public static GoldenTensors Golden(string architecture) => new(Fixtures.Shared("fixtures", "decoders", architecture, "golden.safetensors"));

    public static bool IsExact(string variant) => variant.StartsWith("fp32", StringComparison.Ordinal) || variant == "hub-export/onnx/model.onnx";

    public static bool IsHalf(string variant) => variant.Contains("fp16", StringComparison.Ordinal);
}
