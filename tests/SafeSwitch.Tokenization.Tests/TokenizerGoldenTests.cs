namespace SafeSwitch.Tokenization.Tests;

/// <summary>Every text gives the ids, the text and the streamed pieces of the reference implementation.</summary>
public class TokenizerGoldenTests
{
    [Theory]
    [InlineData("made-llama3-style", 258)]
    [InlineData("made-metaspace", 248)]
    public void Trained_tokenizers_pass(string family, int cases) => Check(family, cases);

    [OutsideFixtures]
    [Theory]
    [InlineData("gpt2", 208)]
    [InlineData("phi-3-vision", 258)]
    [InlineData("qwen2.5", 258)]
    [InlineData("smollm2", 258)]
    public void Published_tokenizers_pass(string family, int cases) => Check(family, cases);

    [Fact]
    public void The_shipped_model_passes() => Assert.Equal(42, GoldenTokenizer.Check(
        Fixtures.ShippedBundle("tokenizer.json"),
        Fixtures.Repository("tests", "SafeSwitch.Tokenization.Tests", "Goldens", "smollm2", "golden.json")));

    private static void Check(string family, int cases)
    {
        var folder = Fixtures.Tokenizer(family);
        Assert.Equal(cases, GoldenTokenizer.Check(Path.Combine(folder, "tokenizer.json"), Path.Combine(folder, "golden.json")));
    }
}
