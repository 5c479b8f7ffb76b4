using BenchmarkDotNet.Attributes;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>One character over and over: twice the text must take about twice the time.</summary>
public class RepetitionBenchmarks
{
    private readonly TokenizerModel model = SharedModel.Ours();
    private string text = "";

    [Params(262_144, 524_288, 1_048_576)]
    public int Characters { get; set; }

    [Params('a', ' ')]
    public char Character { get; set; }

    [GlobalSetup]
    public void Setup() => text = new string(Character, Characters);

    [Benchmark]
    public int Encode() => model.Encode(text).Length;
}
