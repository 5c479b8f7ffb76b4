using System.Text;
using System.Text.Json.Nodes;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>A file that cannot be used is refused at load, and the error says which file, where in it, what was found and what was expected.</summary>
public class BadTokenizerTests
{
    private const string Good = """
        {"added_tokens": [{"id": 5, "content": "<x>", "special": true}], "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": null,
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "c": 3, "abc": 4}, "merges": ["a b", ["ab", "c"]]}}
        """;

    public static TheoryData<string, string, string> Changes => new()
    {
        { "model", """{"type": "Unigram", "vocab": []}""", "$.model.type|Unigram|BPE" },
        { "model", """{"type": "BPE", "merges": []}""", "$.model.vocab|missing" },
        { "model", """{"type": "BPE", "vocab": [], "merges": []}""", "$.model.vocab|array|object" },
        { "model", """{"type": "BPE", "vocab": {}, "merges": []}""", "$.model.vocab|empty" },
        { "model", """{"type": "BPE", "vocab": {"a": "0"}, "merges": []}""", "$.model.vocab.a|string|integer" },
        { "model", """{"type": "BPE", "vocab": {"a": -1}, "merges": []}""", "$.model.vocab.a|-1" },
        { "model", """{"type": "BPE", "vocab": {"a": 99999999}, "merges": []}""", "$.model.vocab.a|99999999" },
        { "model", """{"type": "BPE", "vocab": {"a": 0}}""", "$.model.merges|missing" },
        { "model", """{"type": "BPE", "vocab": {"a": 0}, "merges": ["a z"]}""", "$.model.merges[0]|'z'|vocabulary" },
        { "model", """{"type": "BPE", "vocab": {"a": 0}, "merges": ["a a"]}""", "$.model.merges[0]|'aa'|vocabulary" },
        { "model", """{"type": "BPE", "vocab": {"a": 0}, "merges": ["aa"]}""", "$.model.merges[0]|two pieces" },
        { "model", """{"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}""", "$.model.merges[0]|1|2" },
        { "model", """{"type": "BPE", "vocab": {"a": 0}, "merges": [7]}""", "$.model.merges[0]|7" },
        { "model", """{"type": "BPE", "dropout": 0.1, "vocab": {"a": 0}, "merges": []}""", "$.model.dropout|random" },
        { "model", """{"type": "BPE", "byte_fallback": "yes", "vocab": {"a": 0}, "merges": []}""", "$.model.byte_fallback|true or false" },
        { "model", "7", "$.model|object" },
        { "normalizer", """{"type": "Precompiled"}""", "$.normalizer.type|Precompiled|NFC" },
        { "normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]}""", "$.normalizer.normalizers[1].type|Nmt" },
        { "normalizer", """{"type": "Replace", "pattern": {"Regex": "(?<n>a)\\1"}, "content": ""}""", "$.normalizer.pattern.Regex|not supported" },
        { "normalizer", """{"type": "Replace", "pattern": "a", "content": ""}""", "$.normalizer.pattern" },
        { "pre_tokenizer", """{"type": "UnicodeScripts"}""", "$.pre_tokenizer.type|UnicodeScripts|ByteLevel" },
        { "pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "a(b"}, "behavior": "Isolated"}""", "$.pre_tokenizer.pattern.Regex|not closed" },
        { "pre_tokenizer", """{"type": "Split", "pattern": {"String": "a"}, "behavior": "Nowhere"}""", "$.pre_tokenizer.behavior|Nowhere" },
        { "pre_tokenizer", """{"type": "Metaspace", "prepend_scheme": "sometimes"}""", "$.pre_tokenizer.prepend_scheme|sometimes" },
        { "pre_tokenizer", """{"pattern": {}}""", "$.pre_tokenizer.type|missing" },
        { "post_processor", """{"type": "Odd"}""", "$.post_processor.type|Odd" },
        { "post_processor", """{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<q>"}}], "special_tokens": {}}""", "$.post_processor.single[0].SpecialToken.id|<q>" },
        { "decoder", """{"type": "CTC"}""", "$.decoder.type|CTC|ByteLevel" },
        { "added_tokens", """[{"id": 5, "content": ""}]""", "$.added_tokens[0].content|empty" },
        { "added_tokens", """[{"content": "x"}]""", "$.added_tokens[0].id|missing" },
        { "added_tokens", """[{"id": -4, "content": "x"}]""", "$.added_tokens[0]|-4" },
        { "added_tokens", """[{"id": 4, "content": "\ud800"}]""", "$.added_tokens[0].content|surrogate" },
    };

    [Fact]
    public void The_unchanged_file_loads()
    {
        var model = TokenizerModel.Parse(Encoding.UTF8.GetBytes(Good));
        Assert.Equal([4, 5, 2], model.Encode("abc<x>ab"));
        Assert.Equal([4, 2], model.EncodeContent("abc<x>ab"));
        Assert.Equal(6, model.VocabularySize);
        Assert.Null(model.IdToToken(77));
        Assert.Null(model.TokenToId("zz"));
    }

    [Theory, MemberData(nameof(Changes))]
    public void A_bad_part_is_named(string part, string json, string expected)
    {
        var file = Good;
        var root = JsonNode.Parse(Good)!.AsObject();
        root[part] = JsonValue.Create("@");
        file = root.ToJsonString().Replace("\"@\"", json, StringComparison.Ordinal);
        var error = Assert.Throws<TokenizerFormatException>(() => TokenizerModel.Parse(Encoding.UTF8.GetBytes(file), "some/tokenizer.json"));
        var words = expected.Split('|');
        Assert.Equal("some/tokenizer.json", error.File);
        Assert.Equal(words[0], error.JsonPath);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_truncated_file_is_refused_wherever_it_ends()
    {
        var bytes = Encoding.UTF8.GetBytes(Good.TrimEnd());
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<TokenizerFormatException>(() => TokenizerModel.Parse(bytes.AsMemory(0, length)));
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "tokenizer.json");
        var error = Assert.Throws<TokenizerFormatException>(() => TokenizerModel.LoadFile(path));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }
}
