using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace SafeSwitch.Tokenization.Benchmarks;

/// <summary>The shipped model's vocabulary and merges in both libraries.</summary>
internal static class SharedModel
{
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public static string File { get; } = Find();

    public static TokenizerModel Ours() => TokenizerModel.LoadFile(File);

    public static BpeTokenizer Theirs()
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(File));
        var model = json.RootElement.GetProperty("model");
        var vocabulary = model.GetProperty("vocab").EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.GetInt32()));
        return BpeTokenizer.Create(new BpeOptions(vocabulary)
        {
            Merges = model.GetProperty("merges").EnumerateArray().Select(m => m.ValueKind == JsonValueKind.String ? m.GetString()! : $"{m[0].GetString()} {m[1].GetString()}"),
            ByteLevel = true,
            PreTokenizer = new RegexPreTokenizer(new System.Text.RegularExpressions.Regex(@"\p{N}|" + Gpt2Pattern, System.Text.RegularExpressions.RegexOptions.Compiled), null),
        });
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "SafeSwitch.sln")))
                return Path.Combine(folder.FullName, "models", "smollm2-135m-instruct", "tokenizer.json");
        }

        throw new FileNotFoundException("SafeSwitch.sln not found above " + AppContext.BaseDirectory);
    }
}
