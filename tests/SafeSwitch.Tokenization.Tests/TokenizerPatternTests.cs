using System.Text;
using System.Text.Json;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>A pattern that backtracks without end is given up with an error that names it; one that only looks so is matched.</summary>
public class TokenizerPatternTests
{
    [Theory]
    [InlineData("(a+)+b")]
    [InlineData("(a|a)*b")]
    [InlineData("(?:a?){40}a{40}b")]
    [InlineData("a{1,1000}{1,1000}b")]
    [InlineData("(a*)*b")]
    [InlineData("(a*?)*?b")]
    [InlineData("((a*)*)*b")]
    [InlineData("(?=(a+)+b)a")]
    [InlineData("(?>(a|aa)+b)")]
    [InlineData("(a|aa|aaa)+$b")]
    public void An_endless_pattern_is_named(string pattern)
    {
        var text = new string('a', 60);
        Assert.Equal(pattern, Assert.Throws<TokenizerPatternException>(() => Splitting(pattern).EncodeContent(text)).Pattern);
        Assert.Equal(pattern, Assert.Throws<TokenizerPatternException>(() => Replacing(pattern).EncodeContent(text)).Pattern);
    }

    [Theory]
    [InlineData("a*b")]
    [InlineData("a+b|c")]
    public void A_pattern_of_quadratic_cost_is_named_on_a_long_text(string pattern) =>
        Assert.Equal(pattern, Assert.Throws<TokenizerPatternException>(() => Splitting(pattern).EncodeContent(new string('a', 100_000))).Pattern);

    [Theory]
    [InlineData("(a*)*b", "aaab", "b|aaab")]
    [InlineData("(a*)*", "aab", "aab")]
    [InlineData("(?:a?){40}a{40}", "aaa", "b|b")]
    [InlineData("(a|b|)*c", "abcab", "ab")]
    [InlineData("(?:a*?b?)*?c", "aabc", "")]
    public void A_turn_that_matches_nothing_ends_its_loop(string pattern, string text, string other)
    {
        var model = Splitting(pattern);
        Assert.Equal(text, string.Concat(model.EncodeContent(text).Select(model.IdToToken)));
        Assert.Equal(other.Length, model.EncodeContent(other.Replace('|', 'c')).Length);
    }

    [Theory]
    [InlineData("((a{1000}){1000}){1000}")]
    [InlineData("(?:(?:a?b){1000}){1000}")]
    [InlineData("(?:abcdefgh){900}")]
    public void A_pattern_that_grows_beyond_measure_is_refused_at_load(string pattern)
    {
        var error = Assert.Throws<TokenizerFormatException>(() => Splitting(pattern));
        Assert.Contains("at most 5000", error.Message, StringComparison.Ordinal);
        Assert.Equal("$.pre_tokenizer.pattern.Regex", error.JsonPath);
    }

    private static TokenizerModel Splitting(string pattern) =>
        Model($$$"""{"type": "Split", "pattern": {"Regex": {{{JsonSerializer.Serialize(pattern)}}}}, "behavior": "Isolated"}""", "null");

    private static TokenizerModel Replacing(string pattern) =>
        Model("null", $$$"""{"type": "Replace", "pattern": {"Regex": {{{JsonSerializer.Serialize(pattern)}}}}, "content": "a"}""");

    private static TokenizerModel Model(string preTokenizer, string normalizer) => TokenizerModel.Parse(Encoding.UTF8.GetBytes(
        $$$"""{"pre_tokenizer": {{{preTokenizer}}}, "normalizer": {{{normalizer}}}, "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2}, "merges": []}}"""));
}
