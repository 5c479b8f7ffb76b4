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
    [InlineData("""{ "name": "s", "data": ["a.jsonl"], "corrections": " " }""", "corrections", "an empty text")]
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
    public void Rows_that_somebody_found_wrong_are_left_out_and_counted_or_get_their_language()
    {
        File.WriteAllText(SuitePath, """{ "name": "s", "data": ["a.jsonl"], "limit": 2, "corrections": "wrong.jsonl" }""");
        File.WriteAllText(Path.Combine(folder, "a.jsonl"), string.Concat(Enumerable.Range(0, 4).Select(i =>
            $$"""{ "id": "{{i}}", "prompt": "p{{i}}", "harmful": false, "split": "{{(i == 3 ? "train" : "test")}}" }""" + "\n")));
        File.WriteAllText(Path.Combine(folder, "wrong.jsonl"), """
            { "set": "a", "id": "0", "why": "not a request" }
            { "set": "a", "id": "2", "language": "de", "why": "not English" }
            { "set": "a", "id": "3", "why": "of another split: not counted" }
            { "set": "of the recipe alone", "id": "7", "why": "no row of this suite" }
            """);
        var selected = SuiteFiles.Open(SuitePath).ReadRows(limit: null, strict: true, _ => { });
        Assert.Equal([("1", null), ("2", "de")], selected.Rows.Select(r => (r.Id, r.Language)));
        Assert.Equal(1, selected.Corrected);
    }

    [Fact]
    public void A_suite_whose_corrections_are_missing_or_malformed_says_where()
    {
        File.WriteAllText(SuitePath, """{ "name": "s", "data": ["a.jsonl"], "corrections": "wrong.jsonl" }""");
        File.WriteAllText(Path.Combine(folder, "a.jsonl"), """{ "id": "0", "prompt": "p", "harmful": false, "split": "test" }""");
        Assert.Contains("corrections: wrong.jsonl", Assert.Throws<RecipeException>(() => SuiteFiles.Open(SuitePath)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "wrong.jsonl"), """{ "set": "a", "id": "0" }""");
        var error = Assert.Throws<RecipeException>(() => SuiteFiles.Open(SuitePath).ReadRows(limit: null, strict: true, _ => { }));
        Assert.Contains("wrong.jsonl", error.Message, StringComparison.Ordinal);
        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);
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
