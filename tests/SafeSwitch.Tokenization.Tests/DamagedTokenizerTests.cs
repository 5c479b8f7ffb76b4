using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>Tokenizer files damaged at random: each is read, or refused by the one exception that names the file.</summary>
public class DamagedTokenizerTests
{
    private const string Name = "some/tokenizer.json";

    private static readonly string[] Files =
    [
        """
        {"added_tokens": [{"id": 5, "content": "<x>", "special": true, "lstrip": true}, {"id": 6, "content": "dd", "normalized": true, "single_word": true}],
         "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}, {"type": "Replace", "pattern": {"Regex": "c{2,3}"}, "content": "c"}]},
         "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
             {"type": "Split", "pattern": {"Regex": "\\p{L}+| ?[^\\s\\p{L}]+|\\s+(?!\\S)|\\s+"}, "behavior": "Isolated", "invert": false},
             {"type": "Digits", "individual_digits": true}, {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
         "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<x>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
             "special_tokens": {"<x>": {"id": "<x>", "ids": [5], "tokens": ["<x>"]}}},
         "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "ignore_merges": true, "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "ab": 4}, "merges": ["a b"]}}
        """,
        """
        {"added_tokens": [{"id": 0, "content": "<unk>", "special": true}],
         "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
         "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true},
         "post_processor": {"type": "RobertaProcessing", "sep": ["a", 2], "cls": ["b", 3]},
         "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
             {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
         "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
             "vocab": {"<unk>": 0, "▁": 1, "a": 2, "b": 3, "<0xC3>": 4, "<0xA9>": 5, "ab": 6, "▁ab": 7}, "merges": [["a", "b"], ["▁", "ab"]]}}
        """,
    ];

    private static readonly string[] Values =
        ["null", "true", "0", "-1", "3.5", "2147483647", "99999999999", "\"\"", "\"x\"", "\"\\ud800\"", "\"(\"", "\"(a*)*\"", "\"Sequence\"", "[]", "{}", "[[]]", "[null]", "{\"type\": \"NFC\"}", "{\"Regex\": \"(?:a+)+$\"}"];

    [Fact]
    public void Bytes_may_be_damaged() =>
        Gen.Select(Any(Files), Gen.Select(Gen.Int[0, 100_000], Gen.Byte).Array[1, 4]).Sample((file, strokes) =>
        {
            var bytes = Encoding.UTF8.GetBytes(file);
            foreach (var (at, value) in strokes)
                bytes[at % bytes.Length] = value;
            Survive(bytes);
        });

    [Fact]
    public void The_file_may_be_cut() =>
        Gen.Select(Any(Files), Gen.Int[0, 100_000]).Sample((file, length) =>
        {
            var bytes = Encoding.UTF8.GetBytes(file);
            Survive(bytes[..(length % bytes.Length)]);
        });

    [Fact]
    public void Fields_may_be_changed_removed_or_doubled() =>
        Gen.Select(Any(Files), Gen.Int[0, 10_000], Any(Values), Gen.Int[0, 2]).Sample((file, place, value, kind) =>
        {
            var root = JsonNode.Parse(file)!;
            var places = Places(root).ToList();
            var (parent, key) = places[place % places.Count];
            Change(parent, key, value, kind);
            Survive(Encoding.UTF8.GetBytes(root.ToJsonString().Replace("\"@value\"", value, StringComparison.Ordinal)));
        });

    private static Gen<string> Any(string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static void Survive(byte[] bytes)
    {
        TokenizerModel model;
        try
        {
            model = TokenizerModel.Parse(bytes, Name);
        }
        catch (TokenizerFormatException e)
        {
            Assert.Contains(Name, e.Message, StringComparison.Ordinal);
            return;
        }

        try
        {
            var ids = model.Encode("abcd<x> cab, é 12 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", addSpecialTokens: true);
            model.Decode(ids);
            model.EncodeContent("<unk> dd ab", tokenLimit: 100);
            var decoder = model.CreateDecoder(skipSpecialTokens: false);
            foreach (var id in ids)
                decoder.Append(id);
            decoder.Flush();
        }
        catch (TokenizerPatternException e)
        {
            Assert.NotEmpty(e.Pattern);
        }
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode node)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields)
            {
                yield return (node, name);
                foreach (var place in value is null ? [] : Places(value))
                    yield return place;
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                yield return (node, i);
                foreach (var place in items[i] is { } item ? Places(item) : [])
                    yield return place;
            }
        }
    }

    private static void Change(JsonNode parent, object key, string value, int kind)
    {
        // The value's own text is put in later: not all of it is what a JSON tree can hold.
        switch (parent, kind)
        {
            case (JsonObject fields, 0):
                fields.Remove((string)key);
                break;
            case (JsonArray items, 0):
                items.RemoveAt((int)key);
                break;
            case (JsonArray items, 1):
                items.Add(items[(int)key]?.DeepClone());
                break;
            case (JsonObject fields, _):
                fields[(string)key] = "@value";
                break;
            case (JsonArray items, _):
                items[(int)key] = "@value";
                break;
        }
    }
}
