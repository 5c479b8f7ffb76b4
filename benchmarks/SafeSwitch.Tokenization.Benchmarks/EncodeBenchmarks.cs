using BenchmarkDotNet.Attributes;
using Microsoft.ML.Tokenizers;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>Encoding against Microsoft.ML.Tokenizers' own BPE, the same vocabulary, merges and text.</summary>
[MemoryDiagnoser]
public class EncodeBenchmarks
{
    private readonly TokenizerModel _ours = SharedModel.Ours();
    private readonly BpeTokenizer _theirs = SharedModel.Theirs();
    private string _text = "";

    [Params(1_000, 100_000)]
    public int Characters { get; set; }

    [GlobalSetup]
    public void Setup() => _text = SampleText.OfLength(Characters);

    [Benchmark(Baseline = true)]
    public int MicrosoftML() => _theirs.EncodeToIds(_text).Count;

    [Benchmark]
    public int SafeSwitch() => _ours.EncodeContent(_text).Length;
}
