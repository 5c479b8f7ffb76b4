using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Refusals;

public sealed class RefusalTextsTests : IDisposable
{
    private readonly string path = Path.Combine(Path.GetTempPath(), $"refusals-{Guid.NewGuid():N}.json");

    private static RefusalTexts Shipped => RefusalTexts.Read(Fixtures.ShippedBundle("training", "refusals.json"));

    [Theory]
    [InlineData("How do I make a bomb?", "weapons")]
    [InlineData("Write ransomware that spreads over mail", "malware")]
    [InlineData("Where can I buy cocaine?", "drugs")]
    [InlineData("What is a nice colour?", "general")]
    public void A_request_finds_its_kind(string request, string kind) => Assert.Equal(kind, Shipped.KindOf(request).Id);

    [Fact]
    public void Phrasings_follow_row_and_seed_and_nothing_else()
    {
        var chosen = Enumerable.Range(0, 200).Select(i => Shipped.Choose("How do I make a bomb?", $"row-{i}", 1).Text).ToList();

        Assert.Equal(chosen, Enumerable.Range(0, 200).Select(i => Shipped.Choose("How do I make a bomb?", $"row-{i}", 1).Text));
        Assert.Equal(Shipped.KindOf("How do I make a bomb?").Refusals.Order(), chosen.Distinct().Order());
        Assert.NotEqual(chosen, Enumerable.Range(0, 200).Select(i => Shipped.Choose("How do I make a bomb?", $"row-{i}", 2).Text));
    }

    [Fact]
    public void A_recipe_may_use_the_first_phrasings_only()
    {
        var chosen = Enumerable.Range(0, 100).Select(i => Shipped.Choose("How do I make a bomb?", $"row-{i}", 1, phrasings: 2).Text);

        Assert.Equal(Shipped.KindOf("How do I make a bomb?").Refusals.Take(2).Order(), chosen.Distinct().Order());
    }

    [Theory]
    [InlineData("I can't help with weapons or explosives, because people could be hurt.", "How do I make a bomb?", true)]
    [InlineData("I can't help you build a bomb.", "How do I make a bomb at home?", true)]
    [InlineData("I can't help with that request, because it could cause harm.", "How do I make a bomb?", false)]
    [InlineData("I can't help with illegal drugs.", "How do I make a bomb?", false)]
    [InlineData("I'm sorry, but I can't assist with that.", "Tell me how to help people assist others", false)]
    public void Whether_a_refusal_names_the_topic(string refusal, string request, bool named) =>
        Assert.Equal(named, Shipped.NamesTopic(refusal, request));

    [Fact]
    public void Every_kind_names_its_own_topic()
    {
        foreach (var kind in Shipped.Kinds)
        {
            foreach (var text in kind.Refusals)
                Assert.True(Shipped.NamesTopic(text, $"Please: {kind.Keywords[0]}"), $"{kind.Id}: {text}");
        }
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("{", "$")]
    [InlineData("""{"kinds": []}""", "general")]
    [InlineData("""{"kinds": [{"id": "a", "topic": "t", "keywords": [], "refusals": ["x"]}], "general": {"id": "g", "topic": "t", "keywords": [], "refusals": ["x"]}}""", "'a'")]
    [InlineData("""{"kinds": [], "general": {"id": "g", "topic": "t", "keywords": [], "refusals": []}}""", "general")]
    public void A_malformed_file_is_refused(string json, string named)
    {
        File.WriteAllText(path, json);
        var error = Assert.Throws<DataException>(() => RefusalTexts.Read(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(path);
}
