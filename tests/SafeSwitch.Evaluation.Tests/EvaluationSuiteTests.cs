using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Tests;

public sealed class EvaluationSuiteTests : IDisposable
{
    private const string Smallest = """{ "name": "s", "data": ["a.jsonl"] }""";

    private readonly string folder = Directory.CreateTempSubdirectory("safeswitch-").FullName;

    private string SuitePath => Path.Combine(folder, "suite.json");

    [Fact]
    public void What_a_suite_leaves_out_keeps_its_documented_value()
    {
        var suite = Read(Smallest);
        Assert.Equal(("test", 32, 96, 48, 20), (suite.Split, suite.AnswerTokens, suite.UtilityTokens, suite.RefusalTokens, suite.CheckEvery));
        Assert.Equal(SafetyPrompt.DefaultText, suite.SafetyPrompt);
        Assert.True(suite.Compares(Methods.SafetyPrompt) && suite.Compares(Methods.AlwaysOn) && !suite.Compares(Methods.Reference));
        Assert.True(Read("""{ "name": "s", "data": ["a.jsonl"], "reference": { "file": "r.onnx" } }""").Compares(Methods.Reference));
    }

    [Fact]
    public void Every_method_can_be_left_out()
    {
        var suite = Read("""{ "name": "s", "data": ["a.jsonl"], "methods": [] }""");
        Assert.DoesNotContain(Methods.Fixed, suite.Compares);
        Assert.False(suite.Compares(Methods.Policies));
    }

    [Theory]
    [InlineData("{", "$", "suite")]
    [InlineData("null", "$", "null")]
    [InlineData("""{ "data": ["a.jsonl"] }""", "$", "name")]
    [InlineData("""{ "name": "s", "data": [] }""", "data", "at least one")]
    [InlineData("""{ "name": "s", "data": ["x/a.jsonl", "a.jsonl"] }""", "data", "'a'")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "splits": "test" }""", "splits", "splits")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "split": "tests" }""", "split", "'tests'")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "limit": 0 }""", "limit", "at least 1")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "methods": ["prayer"] }""", "methods", "safety prompt")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "methods": ["reference"] }""", "reference", "nothing")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "reference": { "file": "r.onnx", "threshold": 2 } }""", "reference.threshold", "[0, 1]")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "reference": { "file": "r.onnx", "pilot_tokens": 33 } }""", "reference.pilot_tokens", "answer_tokens, 32")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "reference": { "file": "r.onnx", "pilot_tokens": 0 } }""", "reference.pilot_tokens", "[1, 64]")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "safety_prompt": " " }""", "safety_prompt", "empty")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "answer_tokens": 0 }""", "answer_tokens", "[1, 4096]")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "utility_tokens": 31 }""", "utility_tokens", "at least answer_tokens, 32")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "refusal_tokens": "many" }""", "refusal_tokens", "suite")]
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "check_every": -1 }""", "check_every", "at least 0")]
    public void A_suite_that_makes_no_sense_is_refused_by_field(string json, string field, string named)
    {
        var error = Assert.Throws<RecipeException>(() => Read(json));
        Assert.Contains(SuitePath, error.Message, StringComparison.Ordinal);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_lies_beside_the_suite_or_in_the_data_folder()
    {
        Read(Smallest);
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        var error = Assert.Throws<RecipeException>(() => SuiteFiles.Open(SuitePath, data));
        Assert.Contains(data, error.Message, StringComparison.Ordinal);
        Assert.Contains("a.jsonl", error.Message, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(data, "a.jsonl"), "");
        Assert.Equal(Path.Combine(data, "a.jsonl"), Assert.Single(SuiteFiles.Open(SuitePath, data).Data));
        File.WriteAllText(Path.Combine(folder, "a.jsonl"), "");
        Assert.Equal(Path.Combine(folder, "a.jsonl"), Assert.Single(SuiteFiles.Open(SuitePath, data).Data));
    }

    [Fact]
    public void The_shipped_suite_compares_the_policies_and_the_reference_form()
    {
        var suite = EvaluationSuite.Read(Fixtures.ShippedBundle("suite.json"));
        Assert.All([Methods.Reference, Methods.Policies], m => Assert.True(suite.Compares(m)));
        Assert.All([suite.Reference!.File, suite.Reference.ResponseFile!], f => Assert.True(File.Exists(Fixtures.ShippedBundle(f))));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private EvaluationSuite Read(string json)
    {
        File.WriteAllText(SuitePath, json);
        return EvaluationSuite.Read(SuitePath);
    }
}
