using System.Text.Json;

namespace SafeSwitch.Tokenization.Tests;

/// <summary>What a golden file of the reference implementation says about a tokenizer, checked case by case.</summary>
internal static class GoldenTokenizer
{
    public static int Check(string tokenizerFile, string goldenFile)
    {
        var model = TokenizerModel.LoadFile(tokenizerFile);
        using var golden = JsonDocument.Parse(File.ReadAllBytes(goldenFile));
        var failures = new List<string>();
        var count = 0;
        foreach (var item in golden.RootElement.GetProperty("cases").EnumerateArray())
        {
            count++;
            CheckCase(model, item, failures);
        }

        foreach (var stream in golden.RootElement.GetProperty("streams").EnumerateArray())
            CheckStream(model, stream);
        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
        return count;
    }

    private static void CheckCase(TokenizerModel model, JsonElement item, List<string> failures)
    {
        var text = item.GetProperty("text").GetString()!;
        var ids = Ids(item.GetProperty("ids"));
        Compare(failures, text, "ids", ids, model.Encode(text));
        Compare(failures, text, "as content", item.TryGetProperty("ids_as_content", out var content) ? Ids(content) : ids, model.EncodeContent(text));
        Compare(failures, text, "post-processed", item.TryGetProperty("ids_post_processed", out var post) ? Ids(post) : ids, model.Encode(text, addSpecialTokens: true));
        var decoded = item.GetProperty("decoded").GetString()!;
        var skipped = item.TryGetProperty("decoded_skip_special", out var skip) ? skip.GetString()! : decoded;
        foreach (var (special, expected) in ((bool, string)[])[(false, decoded), (true, skipped)])
        {
            var whole = model.Decode(ids, special);
            if (whole != expected)
                failures.Add($"{text}: decoded {Difference.Of(expected, whole)}");
            var decoder = model.CreateDecoder(special);
            var streamed = string.Concat(ids.Select(decoder.Append)) + decoder.Flush();
            if (streamed != expected)
                failures.Add($"{text}: streamed {Difference.Of(expected, streamed)}");
        }
    }

    private static void CheckStream(TokenizerModel model, JsonElement stream)
    {
        var decoder = model.CreateDecoder(skipSpecialTokens: false);
        var pieces = stream.GetProperty("pieces").EnumerateArray().Select(p => p.GetString() ?? "").ToArray();
        Assert.Equal(pieces, Ids(stream.GetProperty("ids")).Select(decoder.Append));
    }

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(i => i.GetInt32())];

    private static void Compare(List<string> failures, string text, string what, int[] expected, int[] actual)
    {
        if (!expected.AsSpan().SequenceEqual(actual))
            failures.Add($"{text}: {what} [{string.Join(' ', actual)}] instead of [{string.Join(' ', expected)}]");
    }
}
