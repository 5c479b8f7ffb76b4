namespace SafeSwitch.Tests;

/// <summary>The small decoders of real architectures in every precision and export that there is.</summary>
internal static class DecoderFixtures
{
    private static readonly string[] Architectures = ["llama", "llama-tied", "qwen2", "phi3", "granite"];

    private static readonly string[] Variants =
    [
        "fp32", "fp32-hidden", "fp32-pruned", "int4", "int4-asym", "int4-head8", "int4-shared", "int8", "fp16",
        "hub-export/onnx/model.onnx", "hub-export/onnx/model_fp16.onnx", "hub-export/onnx/model_quantized.onnx",
    ];

    /// <summary>Architecture and variant of every decoder that there is; those outside the repository carry the trait of <see cref="OutsideFixturesAttribute"/>.</summary>
    public static TheoryData<string, string> All() => Of(from architecture in Architectures from variant in Variants select (architecture, variant));

    /// <summary>Those of the list that there are.</summary>
    public static TheoryData<string, string> Of(IEnumerable<(string Architecture, string Variant)> decoders)
    {
        var data = new TheoryData<string, string>();
        foreach (var (architecture, variant) in decoders)
        {
            var place = Fixtures.PlaceOf(architecture, variant);
            if (place == FixturePlace.Nowhere)
                continue;
            var row = new TheoryDataRow<string, string>(architecture, variant);
            data.Add(place == FixturePlace.Outside ? row.WithTrait(OutsideFixturesAttribute.Trait, OutsideFixturesAttribute.Value) : row);
        }

        return data;
    }

    /// <summary>The graph as it was exported.</summary>
    public static string Graph(string architecture, string variant)
    {
        var path = Fixtures.Decoder(architecture, variant);
        return variant.EndsWith(".onnx", StringComparison.Ordinal) ? path : Path.Combine(path, "model.onnx");
    }

    public static GoldenTensors Golden(string architecture) => new(Fixtures.DecoderGolden(architecture, "golden.safetensors"));

    public static bool IsExact(string variant) => variant.StartsWith("fp32", StringComparison.Ordinal) || variant == "hub-export/onnx/model.onnx";

    public static bool IsHalf(string variant) => variant.Contains("fp16", StringComparison.Ordinal);
}
