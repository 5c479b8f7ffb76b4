using System.Text.Json;
using SafeSwitch.Tests;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>Every text of the shared goldens gives the ids, the text and the streamed pieces of the reference implementation.</summary>
public class TokenizerGoldenTests
{
    public static TheoryData<string> Families => ["gpt2", "made-llama3-style", "made-metaspace", "phi-3-vision", "qwen2.5", "smollm2"];

    private static readonly Dictionary<string, int> Expected = new()
    {
        ["gpt2"] = 208, ["made-llama3-style"] = 258, ["made-metaspace"] = 248, ["phi-3-vision"] = 258, ["qwen2.5"] = 258, ["smollm2"] = 258,
    };

    [Theory, MemberData(nameof(Families))]
    public void EveryTextEncodesAndDecodesAsTheReference(string family)
    {
        var model = TokenizerModel.LoadFile(Fixtures.Shared("fixtures", "tokenizers", family, "tokenizer.json"));
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Shared("fixtures", "tokenizers", family, "golden.json")));
        var failures = new List<string>();
        var count = 0;
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            count++;
            var text = item.GetProperty("text").GetString()!;
            var ids = Ids(item.GetProperty("ids"));
            Check(failures, text, "ids", ids, model.Encode(text));
            Check(failures, text, "content", item.TryGetProperty("ids_as_content", out var content) ? Ids(content) : ids, model.EncodeContent(text));
            Check(failures, text, "post", item.TryGetProperty("ids_post_processed", out var post) ? Ids(post) : ids, model.Encode(text, addSpecialTokens: true));
            var decoded = item.GetProperty("decoded").GetString()!;
            var skipped = item.TryGetProperty("decoded_skip_special", out var skip) ? skip.GetString()! : decoded;
            if (model.Decode(ids) != decoded)
                failures.Add($"{text}: decoded '{model.Decode(ids)}' instead of '{decoded}'");
            if (model.Decode(ids, skipSpecialTokens: true) != skipped)
                failures.Add($"{text}: decoded without special '{model.Decode(ids, true)}' instead of '{skipped}'");
            foreach (var (special, whole) in ((bool, string)[])[(false, decoded), (true, skipped)])
            {
                var stream = model.CreateDecoder(special);
                var streamed = string.Concat(ids.Select(stream.Append)) + stream.Flush();
                if (streamed != whole)
                    failures.Add($"{text}: streamed '{streamed}' instead of '{whole}'");
            }
        }
        Assert.Empty(failures);
        Assert.Equal(Expected[family], count);
    }

    [Theory, MemberData(nameof(Families))]
    public void StreamsGiveThePiecesOfTheReference(string family)
    {
        var model = TokenizerModel.LoadFile(Fixtures.Shared("fixtures", "tokenizers", family, "tokenizer.json"));
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Fixtures.Shared("fixtures", "tokenizers", family, "golden.json")));
        var streams = golden.RootElement.GetProperty("streams").EnumerateArray().ToArray();
        Assert.NotEmpty(streams);
        foreach (var stream in streams)
        {
            var decoder = model.CreateDecoder(skipSpecialTokens: false);
            var pieces = stream.GetProperty("pieces").EnumerateArray().Select(p => p.GetString() ?? "").ToArray();
            Assert.Equal(pieces, Ids(stream.GetProperty("ids")).Select(decoder.Append));
        }
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(i => i.GetInt32())];

    private static void Check(List<string> failures, string text, string what, int[] expected, int[] actual)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
            failures.Add($"{text}: {what} [{string.Join(' ', actual)}] instead of [{string.Join(' ', expected)}]");
    }
}
