using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Rows;

public sealed class DataReaderTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"rows-{Guid.NewGuid():N}.jsonl");

    [Fact]
    public void Reads_prompts_conversations_and_the_reference_layout()
    {
        File.WriteAllLines(path,
        [
            """{"id": "a", "prompt": "Hello?", "harmful": false, "source": "s", "split": "validation", "answer": "42", "unknown": [1]}""",
            "",
            """{"messages": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "2"}, {"role": "user", "content": "3"}], "harmful": true, "wrapper": 7, "pair": 3}""",
            """{"question_id": 81, "turns": ["first", "second"], "category": "violence"}""",
            """{"question_id": "82", "turns": ["first"], "category": "safe"}""",
        ]);

        var rows = DataReader.Read(path, strict: true).ToList();

        Assert.Equal(["a", "000003", "81", "82"], rows.Select(r => r.Id));
        Assert.Equal([false, true, true, false], rows.Select(r => r.Harmful));
        Assert.Equal(["Hello?", "3", "first", "first"], rows.Select(r => r.Request));
        Assert.Equal(("validation", "s", "42"), (rows[0].Split, rows[0].Source, rows[0].Answer));
        Assert.Equal((3, "7", 3, "train"), (rows[1].Messages.Count, rows[1].Wrapper, rows[1].Pair, rows[1].Split));
        Assert.Equal($"{Path.GetFileNameWithoutExtension(path)}/a", rows[0].Key);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("tool")]
    [InlineData("Document")]
    public void A_conversation_ends_with_what_the_model_answers_whoever_brings_it(string role)
    {
        File.WriteAllText(path, $$"""{"messages": [{"role": "user", "content": "Summarise it."}, {"role": "{{role}}", "content": "the text"}], "harmful": true}""");
        Assert.Equal("the text", Assert.Single(DataReader.Read(path)).Request);
    }

    [Theory]
    [InlineData("{\"prompt\": \"x\"", "", "not JSON")]
    [InlineData("{\"prompt\": \"\\ud800\", \"harmful\": true}", "", "not JSON")]
    [InlineData("[1]", "", "an array of 1")]
    [InlineData("{}", "prompt", "nothing")]
    [InlineData("{\"prompt\": \"x\"}", "harmful", "nothing")]
    [InlineData("{\"prompt\": \"x\", \"harmful\": \"yes\"}", "harmful", "a text")]
    [InlineData("{\"prompt\": 3, \"harmful\": true}", "prompt", "3")]
    [InlineData("{\"prompt\": \"  \", \"harmful\": true}", "prompt", "an empty text")]
    [InlineData("{\"prompt\": \"x\", \"harmful\": true, \"split\": \"dev\"}", "split", "'dev'")]
    [InlineData("{\"prompt\": \"x\", \"harmful\": true, \"source\": 1}", "source", "1")]
    [InlineData("{\"prompt\": \"x\", \"harmful\": true, \"pair\": 1.5}", "pair", "1.5")]
    [InlineData("{\"prompt\": \"x\", \"harmful\": true, \"id\": \"\"}", "id", "an empty text")]
    [InlineData("{\"prompt\": \"x\", \"harmful\": true, \"id\": \"twice\"}", "id", "'twice', as in line 1")]
    [InlineData("{\"messages\": [], \"harmful\": true}", "messages", "an array of 0")]
    [InlineData("{\"messages\": [{\"role\": \"user\"}], \"harmful\": true}", "messages[0].content", "nothing")]
    [InlineData("{\"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}], \"harmful\": true}", "messages", "a last message of 'assistant'")]
    [InlineData("{\"turns\": [1], \"category\": \"x\"}", "turns[0]", "1")]
    public void A_malformed_row_is_reported_by_line_and_the_rest_goes_on(string line, string field, string found)
    {
        const string good = """{"id": "twice", "prompt": "x", "harmful": true}""";
        const string after = """{"id": "after", "prompt": "x", "harmful": true}""";
        File.WriteAllLines(path, [good, line, after]);
        var problems = new List<DataProblem>();

        var rows = DataReader.Read(path, onProblem: problems.Add).ToList();

        Assert.Equal(["twice", "after"], rows.Select(r => r.Id));
        var problem = Assert.Single(problems);
        Assert.Equal((Path.GetFileName(path), 2, field), (problem.File, problem.Line, problem.Field));
        Assert.StartsWith(found, problem.Found, StringComparison.Ordinal);
        Assert.NotEmpty(problem.Expected);
        Assert.Equal(problem, Assert.Throws<DataException>(() => DataReader.Read(path, strict: true).ToList()).Problem);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains(path, Assert.Throws<DataException>(() => DataReader.Read(path)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("harmful")]
    [InlineData("harmless")]
    [InlineData("wrapped")]
    [InlineData("long")]
    [InlineData("multi-turn")]
    public void Every_kind_of_row_is_read(string kind)
    {
        var rows = DataReader.Read(Fixtures.Rows(kind), strict: true).ToList();

        Assert.Equal(12, rows.Count);
        Assert.Equal(12, rows.Select(r => r.Id).Distinct().Count());
        Assert.Equal(["test", "train", "validation"], rows.Select(r => r.Split).Distinct().Order());
        Assert.Equal(kind switch { "harmful" => [true], "harmless" => [false], _ => new[] { false, true } }, rows.Select(r => r.Harmful).Distinct().Order());
        Assert.Equal(kind == "wrapped", rows.All(r => r.Wrapper is not null));
        Assert.Equal(kind == "harmless", rows.Any(r => r.Answer is not null));
        Assert.Equal(kind == "multi-turn" ? [3, 5, 7] : new[] { 1 }, rows.Select(r => r.Messages.Count).Distinct().Order());
    }

    [OutsideFixtures]
    [Fact]
    public void The_public_sets_are_read_whole() => Assert.Equal(
        [("harmful", 1803), ("harmless", 3566), ("wrapped", 1668), ("long", 220), ("multi-turn", 290)],
        new[] { "harmful", "harmless", "wrapped", "long", "multi-turn" }
            .Select(set => (set, DataReader.Read(Fixtures.Outside("data", set + ".jsonl"), strict: true).Count())));

    public void Dispose() => File.Delete(path);
}
