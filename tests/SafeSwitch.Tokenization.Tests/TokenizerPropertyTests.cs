using CsCheck;

namespace SafeSwitch.Tokenization.Tests;

public class TokenizerPropertyTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[0, 40],
        Gen.String[Gen.Char[' ', '~'], 0, 40],
        Gen.OneOf(Gen.Const("a\u0301\u0327"), Gen.Const("👩‍👩‍👧"), Gen.Const("\u202Eשלום"), Gen.Const("\r\n\t "), Gen.Const("１２Ⅷ½"), Gen.Const("𝒳𝟘𐐷"), Gen.Const("\0")).Array[0, 12].Select(string.Concat));

    private static TokenizerModel Model => ShippedModel.Tokenizer.Tokenizer;

    [Fact]
    public void Decoding_an_encoding_gives_the_text_back() => Text.Sample(text =>
        Assert.Equal(Valid(text), Model.Decode(Model.EncodeContent(text))));

    [Fact]
    public void Streaming_gives_what_decoding_the_whole_gives() => Gen.Int[0, 49151].Array[0, 60].Sample(ids =>
    {
        var decoder = Model.CreateDecoder(skipSpecialTokens: false);
        var pieces = ids.Select(decoder.Append).ToList();
        pieces.Add(decoder.Flush());
        Assert.Equal(Model.Decode(ids), string.Concat(pieces));
        Assert.DoesNotContain(pieces, piece => piece.Length > 0 && (char.IsLowSurrogate(piece[0]) || char.IsHighSurrogate(piece[^1])));
    });

    [Fact]
    public void Every_token_of_a_text_is_where_it_says() => Text.Sample(text =>
    {
        var template = ChatTemplate.Parse("{{ messages[0].content }}-{{ messages[1].content }}");
        var encoding = ShippedModel.Tokenizer.Encode(template.Render([new("user", text), new("user", text)]));
        Assert.Equal(Model.EncodeContent(encoding.Text), encoding.Ids);
        var end = 0;
        foreach (var span in encoding.Content)
        {
            Assert.True(span.Start >= end && span.End > span.Start && span.End <= encoding.Ids.Length);
            end = span.End;
        }
    });

    [Theory]
    [InlineData('a')]
    [InlineData(' ')]
    [InlineData('\n')]
    [InlineData('é')]
    [InlineData('=')]
    [InlineData('1')]
    public void A_megabyte_of_one_character_is_no_trouble(char character)
    {
        var text = new string(character, 1 << 20);
        Assert.Equal(text, Model.Decode(Model.Encode(text)));
    }

    /// <summary>Long words are merged by other means than short ones. The same word in two halves that nothing merges across gives the same tokens;
    /// so does a table of merges whose ranks don't rise, which no file in use has.</summary>
    [Fact]
    public void Words_of_any_length_are_merged_alike()
    {
        const string Vocabulary = """{"a": 0, "b": 1, "c": 2, "ab": 3, "aa": 4, "abc": 5, "aab": 6, "bc": 7, "aaaa": 8, "cab": 9, "|": 10}""";
        string[] rising = ["a b", "a a", "ab c", "a ab", "b c", "aa aa", "c ab"];
        Check(rising);
        Check([.. rising.Reverse()]);

        static void Check(string[] merges)
        {
            var list = string.Join(", ", merges.Select(merge => $"\"{merge}\""));
            var model = TokenizerModel.Parse(System.Text.Encoding.UTF8.GetBytes(
                $$$"""{"model": {"type": "BPE", "vocab": {{{Vocabulary}}}, "merges": [{{{list}}}]}}"""));
            var bar = model.TokenToId("|")!.Value;
            Gen.OneOf(Gen.Const("a"), Gen.Const("b"), Gen.Const("c"), Gen.Const("aaab")).Array[1, 12].Select(string.Concat).Array[1, 200].Sample(words =>
            {
                int[] apart = [.. words.SelectMany(word => model.Encode(word).Append(bar))];
                var together = string.Concat(words.Select(word => word + "|"));
                Assert.Equal(apart, model.Encode(together));
            });
        }
    }

    [Fact]
    public void A_tokenizer_serves_many_threads()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => $"Text number {i}, with {i * 7919} in it — naïve ☕ {new string('x', i % 40)}")];
        int[][] expected = [.. texts.Select(text => Model.Encode(text))];
        Parallel.For(0, 2000, i => Assert.Equal(expected[i % texts.Length], Model.Encode(texts[i % texts.Length])));
    }

    private static string Valid(string text)
    {
        var units = text.ToCharArray();
        for (var i = 0; i < units.Length; i++)
        {
            if (char.IsHighSurrogate(units[i]) && i + 1 < units.Length && char.IsLowSurrogate(units[i + 1]))
                i++;
            else if (char.IsSurrogate(units[i]))
                units[i] = '\uFFFD';
        }

        return new string(units);
    }
}
