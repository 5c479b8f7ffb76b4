using BenchmarkDotNet.Attributes;
using Microsoft.ML.Tokenizers;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>Encoding against Microsoft.ML.Tokenizers' own BPE, the same vocabulary, merges and text.</summary>
[MemoryDiagnoser]
public class EncodeBenchmarks
{
    private readonly TokenizerModel ours = SharedModel.Ours();
    private readonly BpeTokenizer theirs = SharedModel.Theirs();
    private string text = "";

    [Params(1_000, 100_000)]
    public int Characters { get; set; }

    [GlobalSetup]
    public void Setup() => text = SampleText.OfLength(Characters);

    [Benchmark(Baseline = true)]
    public int MicrosoftML() => theirs.EncodeToIds(text).Count;

    [Benchmark]
    public int SafeSwitch() => ours.EncodeContent(text).Length;
}
