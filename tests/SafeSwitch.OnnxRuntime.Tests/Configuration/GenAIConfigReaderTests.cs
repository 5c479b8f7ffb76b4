using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Configuration;

namespace SafeSwitch.OnnxRuntime.Tests.Configuration;

public sealed class GenAIConfigReaderTests
{
    private const string Minimal = """
        { "model": { "context_length": 256, "vocab_size": 384, "eos_token_id": [2, 5], // ends
          "decoder": { "filename": "model.onnx", "head_size": 16, "hidden_size": 64, "num_hidden_layers": 3, "num_key_value_heads": 2,
            "session_options": { "intra_op_num_threads": 3 }, "inputs": { "past_key_names": "past.%d.k" } } } }
        """;

    [Fact]
    public void Reads_what_is_said_and_implies_the_rest()
    {
        var (config, problems) = Read(Minimal);
        Assert.Empty(problems);
        Assert.NotNull(config);
        Assert.Equal([2, 5], config.EndTokens);
        Assert.Equal(3, config.IntraOpThreads);
        Assert.False(config.SharesCache);
        Assert.Equal("past.2.k", DecoderNames.ForLayer(config.Names.PastKey, 2));
        Assert.Equal("present.2.value", DecoderNames.ForLayer(config.Names.PresentValue, 2));
        Assert.Equal("input_ids", config.Names.InputIds);
    }

    [Fact]
    public void One_end_token_will_do() => Assert.Equal([7], Read(Minimal.Replace("[2, 5]", "7", StringComparison.Ordinal)).Config!.EndTokens);

    [Fact]
    public void Every_fault_is_named()
    {
        var (config, problems) = Read("""{ "model": { "vocab_size": "many", "eos_token_id": [], "decoder": { "head_size": -1 } } }""");
        Assert.Null(config);
        Assert.All(problems, p => Assert.Equal("genai_config.json", p.File));
        Assert.Equal(
            [
                "model.context_length", "model.decoder.filename", "model.decoder.head_size", "model.decoder.hidden_size",
                "model.decoder.num_hidden_layers", "model.decoder.num_key_value_heads", "model.eos_token_id", "model.vocab_size",
            ],
            problems.Select(p => p.Field).Order(StringComparer.Ordinal));
        Assert.Contains(problems, p => p.Field == "model.vocab_size" && p.Found == "\"many\"");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    public void What_is_not_a_configuration_is_refused(string json)
    {
        var (config, problems) = Read(json);
        Assert.Null(config);
        Assert.NotEmpty(problems);
    }

    [Fact]
    public void Whichever_byte_is_damaged_the_file_is_read_or_refused()
    {
        using var folder = new TemporaryFolder();
        var whole = System.Text.Encoding.UTF8.GetBytes(Minimal);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] = 0xFF;
            File.WriteAllBytes(folder.File("genai_config.json"), damaged);
            var problems = new List<BundleProblem>();
            var config = GenAIConfig.Read(folder.Path, problems);
            Assert.Equal(config is null, problems.Count > 0);
        }
    }

    private static (GenAIConfig? Config, List<BundleProblem> Problems) Read(string json)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("genai_config.json"), json);
        var problems = new List<BundleProblem>();
        return (GenAIConfig.Read(folder.Path, problems), problems);
    }
}
