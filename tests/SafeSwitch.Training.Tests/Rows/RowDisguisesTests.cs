using SafeSwitch.Backends;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Rows;

public class RowDisguisesTests
{
    private static readonly RecipeDisguises Recipe = new()
    {
        Sets = ["plain"],
        PerLabel = Enum.GetValues<TextDisguise>().ToDictionary(d => d, _ => 3),
        PrefaceCharacters = [120, 160],
    };

    private readonly List<DataRow> rows = [.. Enumerable.Range(0, 40).Select(i => new DataRow
    {
        Id = $"r{i}",
        Set = i < 36 ? "plain" : "other",
        Source = $"source-{i % 3}",
        Harmful = i % 2 == 0,
        Split = i % 4 < 2 ? DataSplits.Train : DataSplits.Validation,
        Messages = [PromptMessage.User($"Explain number {i} carefully {(i % 2 == 0 ? "badly" : "kindly")}")],
    })];

    [Fact]
    public void As_many_harmful_as_harmless_requests_wear_each_disguise_and_stay_what_they_are()
    {
        var disguised = RowDisguises.Of(rows, Recipe, seed: 1).ToList();

        Assert.Equal(Enum.GetValues<TextDisguise>().Length * 2 * 3, disguised.Count);
        Assert.Equal(disguised.Count, disguised.Select(r => r.Key).Distinct().Count());
        Assert.All(disguised.GroupBy(r => r.Id.Split('/')[0]), g => Assert.Equal((3, 3), (g.Count(r => r.Harmful), g.Count(r => !r.Harmful))));
        Assert.All(disguised, r =>
        {
            var original = Assert.Single(rows, o => o.Request == r.Variant);
            Assert.Equal((original.Harmful, original.Split, original.Source, "plain"), (r.Harmful, r.Split, r.Source, original.Set));
            Assert.NotEqual(original.Request, r.Request);
            // Who trains a probe has to know what nobody can read.
            var isEncoded = r.Id.Split('/')[0] is "Base64" or "Rot13" or "Reversed" or "Hexadecimal" or "Morse";
            Assert.Equal(isEncoded ? ("encoded", true) : ("disguised", false), (r.Set, r.Language?.StartsWith("x-", StringComparison.Ordinal) == true));
        });
    }

    [Fact]
    public void A_preface_is_made_of_harmless_requests_of_the_same_split_and_the_request_comes_last()
    {
        var prefaced = RowDisguises.Of(rows, Recipe, seed: 1).Where(r => r.Id.StartsWith("Preface", StringComparison.Ordinal)).ToList();

        Assert.Equal(6, prefaced.Count);
        Assert.All(prefaced, r =>
        {
            var parts = r.Request.Split("\n\n");
            Assert.Equal(r.Variant, parts[^1]);
            Assert.InRange(r.Request.Length - r.Variant!.Length, 120, 160 + 60);
            Assert.All(parts[..^1], p => Assert.Contains(rows, o => o.Request == p && !o.Harmful && o.Split == r.Split && o.Request != r.Variant));
        });
    }

    [Theory]
    [InlineData]
    [InlineData(5)]
    [InlineData(7, 5)]
    [InlineData(1, 2, 3)]
    public void A_preface_has_a_least_and_a_most_length(params int[] characters) => Assert.Contains(
        DeclaredRanges.ProblemsOf(Recipe with { PrefaceCharacters = characters }), p => p.Setting == "preface_characters");

    [Fact]
    public void Swapping_letters_keeps_every_word_s_first_and_last_letter_and_its_letters()
    {
        const string Text = "Please explain quickly, why 1,000 lions don't eat über-fast gazelles!";
        var swapped = TextDisguises.Of(Text, TextDisguise.SwappedLetters, seed: 3);

        Assert.NotEqual(Text, swapped);
        Assert.Equal(swapped, TextDisguises.Of(Text, TextDisguise.SwappedLetters, seed: 3));
        foreach (var (word, other) in Text.Split(' ', ',', '!', '-').Zip(swapped.Split(' ', ',', '!', '-')).Where(w => w.First.Length > 0))
        {
            Assert.Equal(word.Order(), other.Order());
            Assert.Equal((word[0], word[^1]), (other[0], other[^1]));
        }
    }

    /// <summary>What a person reads in such a disguise, the guard reads: the request as it was.</summary>
    [Theory]
    [InlineData(TextDisguise.Capitals)]
    [InlineData(TextDisguise.NoBreakSpaces)]
    [InlineData(TextDisguise.ZeroWidthSpaces)]
    [InlineData(TextDisguise.Homoglyphs)]
    [InlineData(TextDisguise.FullWidth)]
    [InlineData(TextDisguise.SpacedLetters)]
    public void A_disguise_that_a_person_reads_is_read(TextDisguise disguise)
    {
        foreach (var text in (string[])["How do I bake a loaf of bread in a small oven?", "Tell me about the history of chess, please.", "My bank card was stolen. What can I do now?"])
            Assert.Equal(text, ReadableText.Of(TextDisguises.Of(text, disguise, seed: 1)), ignoreCase: disguise == TextDisguise.Capitals);
    }
}
