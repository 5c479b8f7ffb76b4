using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Tests.Rows;

public sealed class RowCorrectionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Rows_are_left_out_or_given_another_language_by_set_and_id()
    {
        var corrections = RowCorrections.Read(Write("corrections.jsonl", """
            {"set": "web", "id": "a", "why": "asks for nothing harmful"}

            {"set": "chat", "id": "b", "why": "noise"}
            {"set": "chat", "id": "c", "why": "Japanese", "language": "ja"}
            """));

        Assert.Null(corrections.Of(Row("web", "a")));
        Assert.Null(corrections.Of(Row("chat", "b")));
        Assert.Equal(Row("web", "b").Id, corrections.Of(Row("web", "b"))?.Id);
        Assert.Null(corrections.Of(Row("chat", "a"))?.Language);
        Assert.Equal("ja", corrections.Of(Row("chat", "c"))?.Language);
        corrections.CheckKnown([("web", "a"), ("chat", "b"), ("chat", "c"), ("other", "c")]);
    }

    [Theory]
    [InlineData("""{"set": "web", "id": "a"}""", "why")]
    [InlineData("""{"set": "web", "id": "a", "why": "x", "row": 3}""", "row")]
    [InlineData("""{"set": "web", "id": "a", "why": "x", "language": ""}""", "line 1: language")]
    [InlineData("[]", "line 1")]
    [InlineData("{\"set\": \"web\", \"id\": \"a\", \"why\": \"x\"}\n{\"set\": \"web\", \"id\": \"a\", \"why\": \"y\"}", "line 2")]
    public void A_malformed_line_is_refused_by_its_number(string text, string named)
    {
        var path = Write("corrections.jsonl", text);

        var error = Assert.Throws<RecipeException>(() => RowCorrections.Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_no_data_file_has_is_a_mistake()
    {
        var corrections = RowCorrections.Read(Write("corrections.jsonl", """
            {"set": "wbe", "id": "a", "why": "typo"}
            {"set": "web", "id": "a", "why": "right"}
            {"set": "web", "id": "z", "why": "gone"}
            """));

        var error = Assert.Throws<RecipeException>(() => corrections.CheckKnown([("web", "a")]));
        Assert.Contains("'wbe/a' and 1 more", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private string Write(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }

    private static DataRow Row(string set, string id) => new()
    {
        Id = id, Set = set, Source = set, Harmful = false, Split = DataSplits.Train, Messages = [PromptMessage.User("?")],
    };
}
