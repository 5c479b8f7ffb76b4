using BenchmarkDotNet.Attributes;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>What a request costs before the model runs: rendering and encoding a conversation.</summary>
[MemoryDiagnoser]
public class TemplateBenchmarks
{
    private readonly ModelTokenizer model = ModelTokenizer.Load(Path.GetDirectoryName(SharedModel.File)!);
    private readonly TemplateMessage[] messages =
        [new("system", "Be brief."), new("user", SampleText.OfLength(400)), new("assistant", SampleText.OfLength(300)), new("user", SampleText.OfLength(500))];

    [Benchmark]
    public int RenderAndEncode() => model.EncodeChat(messages).Ids.Length;
}
