namespace SafeSwitch.Tokenization.Tests;

/// <summary>Every text gives the ids, the text and the streamed pieces of the reference implementation.</summary>
public class TokenizerGoldenTests
{
    [Theory]
    [InlineData("gpt2", 208)]
    [InlineData("made-llama3-style", 258)]
    [InlineData("made-metaspace", 248)]
    [InlineData("phi-3-vision", 258)]
    [InlineData("qwen2.5", 258)]
    [InlineData("smollm2", 258)]
    public void Shared_goldens_pass(string family, int cases)
    {
        var folder = Fixtures.Shared("fixtures", "tokenizers", family);
        Assert.Equal(cases, GoldenTokenizer.Check(Path.Combine(folder, "tokenizer.json"), Path.Combine(folder, "golden.json")));
    }

    [Theory]
    [InlineData("made-llama3-style")]
    [InlineData("made-metaspace")]
    public void Own_goldens_pass(string family)
    {
        var folder = Fixtures.Repository("tests", "SafeSwitch.Tokenization.Tests", "Goldens", family);
        Assert.Equal(42, GoldenTokenizer.Check(Path.Combine(folder, "tokenizer.json"), Path.Combine(folder, "golden.json")));
    }

    [Fact]
    public void The_shipped_model_passes() => Assert.Equal(42, GoldenTokenizer.Check(
        Fixtures.Repository("models", "smollm2-135m-instruct", "tokenizer.json"),
        Fixtures.Repository("tests", "SafeSwitch.Tokenization.Tests", "Goldens", "smollm2", "golden.json")));
}
