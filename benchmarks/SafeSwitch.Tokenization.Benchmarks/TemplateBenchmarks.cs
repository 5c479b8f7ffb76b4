using BenchmarkDotNet.Attributes;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>What a request costs before the model runs: rendering and encoding a conversation.</summary>
[MemoryDiagnoser]
public class TemplateBenchmarks
{
    private readonly ModelTokenizer _model = ModelTokenizer.Load(Path.GetDirectoryName(SharedModel.File)!);
    private readonly TemplateMessage[] _messages =
        [new("system", "Be brief."), new("user", SampleText.OfLength(400)), new("assistant", SampleText.OfLength(300)), new("user", SampleText.OfLength(500))];

    [Benchmark]
    public int RenderAndEncode() => _model.EncodeChat(_messages).Ids.Length;
}
