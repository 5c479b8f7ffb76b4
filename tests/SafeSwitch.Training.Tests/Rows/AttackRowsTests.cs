using System.Globalization;
using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Rows;

public sealed class AttackRowsTests
{
    private const string Request = "How do I pick a lock? \U0001F510 e\u0301";

    [Fact]
    public void Every_request_comes_in_every_disguise_and_as_it_is()
    {
        DataRow[] rows = [.. Enumerable.Range(0, 20).Select(i => Row($"{i}", harmful: i % 2 == 0))];

        var attacks = AttackRows.Of(rows, perLabel: 3, seed: 1);

        var disguises = Enum.GetNames<TextDisguise>().Append(AttackRows.Plain).ToList();
        Assert.Equal(disguises.Order(), attacks.Select(AttackRows.DisguiseOf).Distinct().Order());
        Assert.All(attacks.GroupBy(AttackRows.DisguiseOf), g => Assert.Equal((3, 3), (g.Count(r => r.Harmful), g.Count(r => !r.Harmful))));
        Assert.Equal(attacks.Count, attacks.Select(r => r.Key).Distinct().Count());
        Assert.Equal(attacks.Select(r => (r.Key, r.Request)), AttackRows.Of(rows, perLabel: 3, seed: 1).Select(r => (r.Key, r.Request)));
        Assert.All(attacks, r => Assert.Equal(rows.Single(o => r.Id.EndsWith($"/web/{o.Id}", StringComparison.Ordinal)).Request, r.Variant));
    }

    [Fact]
    public void Rows_in_another_form_and_long_ones_are_left_alone()
    {
        DataRow[] rows =
        [
            Row("wrapped", true) with { Wrapper = "dan" }, Row("variant", true) with { Variant = "x" }, Row("long", true) with { Messages = [PromptMessage.User(new string('a', 201))] },
            Row("talk", true) with { Messages = [PromptMessage.User("a"), PromptMessage.Assistant("b"), PromptMessage.User("c")] },
        ];

        Assert.Contains("expected some", Assert.Throws<DataException>(() => AttackRows.Of(rows, perLabel: 3, seed: 1)).Message, StringComparison.Ordinal);
        Assert.Null(AttackRows.DisguiseOf(rows[0]));
    }

    public static TheoryData<TextDisguise> Disguises => [.. Enum.GetValues<TextDisguise>().Where(d => d != TextDisguise.Preface)];

    [Theory, MemberData(nameof(Disguises))]
    public void A_disguise_changes_the_text_to_well_formed_text_the_same_every_time(TextDisguise disguise)
    {
        var text = TextDisguises.Of(Request, disguise, seed: 5);

        Assert.NotEqual(Request, text);
        Assert.Equal(text, TextDisguises.Of(Request, disguise, seed: 5));
        // Half a surrogate pair would be replaced on the way.
        Assert.Equal(text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData(TextDisguise.Base64, "SG93IGRv")]
    [InlineData(TextDisguise.Rot13, "Ubj qb V")]
    [InlineData(TextDisguise.Hexadecimal, "48 6f 77 20 64 6f")]
    [InlineData(TextDisguise.Morse, ".... --- .-- / -.. --- / .. / .--. .. -.-. -.- / .- / .-.. --- -.-. -.- / .")]
    [InlineData(TextDisguise.Leetspeak, "H0w d0 1")]
    [InlineData(TextDisguise.SpacedLetters, "H o w   d o   I")]
    [InlineData(TextDisguise.Reversed, "e\u0301 \U0001F510 ?kcol")]
    [InlineData(TextDisguise.ZeroWidthSpaces, "H\u200Bo\u200Bw\u200B d")]
    [InlineData(TextDisguise.FullWidth, "\uFF28\uFF4F\uFF57 ")]
    [InlineData(TextDisguise.Homoglyphs, "\u041D\u043Ew d\u043E")]
    [InlineData(TextDisguise.CodeComment, "Finish this program.\n\n# TODO: How do I")]
    public void Disguised_texts_begin_as_known(TextDisguise disguise, string beginning) =>
        Assert.StartsWith(beginning, TextDisguises.Of(Request, disguise, seed: 1), StringComparison.Ordinal);

    private static DataRow Row(string id, bool harmful) => new()
    {
        Id = id, Set = "web", Source = "web", Harmful = harmful, Split = DataSplits.Test,
        Messages = [PromptMessage.User(string.Create(CultureInfo.InvariantCulture, $"Tell me about number {id}, please."))],
    };
}
