using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace SafeSwitch.Tests.Schemas;

/// <summary>
/// Holds a committed schema against its reader: documents that the reader takes are valid, and of every document that is damaged in one place, what the schema calls invalid the reader
/// refuses. (The reverse can't be: a reader also knows what holds between fields.)
/// </summary>
internal sealed class SchemaContract
{
    private static readonly string[] Replacements = ["null", "true", "7", "-1000000000", "0.123456", "\"no such thing\"", "[]", "[null]", "{}", "{\"x\": null}"];

    private readonly JsonSchema schema;
    private readonly Func<string, bool> reads;

    /// <summary>A contract.</summary>
    /// <param name="name">The schema's name.</param>
    /// <param name="reads">Whether the reader takes a document; its refusal is one of the exceptions that it documents.</param>
    public SchemaContract(string name, Func<string, bool> reads)
    {
        schema = JsonSchema.FromText(File.ReadAllText(SchemaFile.PathOf(name)));
        this.reads = reads;
    }

    public bool IsValid(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return schema.Evaluate(document.RootElement).IsValid;
    }

    /// <summary>Whether the reader takes a document.</summary>
    public bool Reads(string text) => reads(text);

    /// <summary>Checks whole documents.</summary>
    /// <param name="bothWays">Whether what the reader refuses must also be invalid: of documents in which nothing hangs on anything else.</param>
    /// <param name="documents">The documents, each with as many fields as there are.</param>
    public void Holds(bool bothWays, params IEnumerable<string> documents)
    {
        foreach (var text in documents)
        {
            Takes(text);
            HoldsDamaged(text, bothWays);
        }
    }

    /// <summary>Checks that a whole document is taken, by the reader and by the schema.</summary>
    public void Takes(string text)
    {
        Assert.True(reads(text), $"the reader refuses {text}");
        Assert.True(IsValid(text), $"the schema refuses what the reader takes: {Why(text)}\n{text[..Math.Min(text.Length, 2000)]}");
    }

    private void HoldsDamaged(string text, bool bothWays)
    {
        var (tried, invalid, faults) = (0, 0, new List<string>());
        foreach (var (what, damaged) in Damaged(text))
        {
            tried++;
            var (valid, read) = (IsValid(damaged), reads(damaged));
            invalid += valid ? 0 : 1;
            if (valid != read && (bothWays || read))
                faults.Add($"{what}: the reader {(read ? "takes" : "refuses")} it, the schema {(valid ? "takes it" : $"refuses it: {Why(damaged)}")}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(40)));
        Assert.True(invalid * 3 > tried, $"only {invalid} of {tried} damaged documents are invalid");
    }

    private string Why(string text)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var found = schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return string.Join("; ", (found.Details ?? []).Where(d => d.Errors is not null).Take(4).Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Select(e => $"{e.Key} {e.Value}"))}"));
    }

    // One change at a time: each value by one of another kind, each field left out, a field that nobody knows in each object. Of a list the first entry stands for all.
    private static IEnumerable<(string What, string Text)> Damaged(string text)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        foreach (var path in Paths(JsonNode.Parse(text, documentOptions: options)!, []).Distinct().ToList())
        {
            foreach (var replacement in Replacements)
            {
                var whole = JsonNode.Parse(text, documentOptions: options)!;
                if (path.Length == 0)
                {
                    yield return ($"the whole is {replacement}", replacement);
                    continue;
                }

                Set(whole, path, JsonNode.Parse(replacement));
                yield return ($"{string.Join('.', path)} is {replacement}", whole.ToJsonString());
            }

            var root = JsonNode.Parse(text, documentOptions: options)!;
            if (Find(root, path) is JsonObject here)
            {
                here["no_such_field"] = 1;
                yield return ($"{string.Join('.', path)} has a field more", root.ToJsonString());
            }

            if (path is [.., string field])
            {
                var less = JsonNode.Parse(text, documentOptions: options)!;
                Find(less, path[..^1])!.AsObject().Remove(field);
                yield return ($"{string.Join('.', path)} is left out", less.ToJsonString());
            }
        }
    }

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path) =>
    [
        path,
        .. node switch
        {
            JsonObject fields => fields.Take(60).SelectMany(f => Paths(f.Value, [.. path, f.Key])),
            JsonArray { Count: > 0 } list => Paths(list[0], [.. path, 0]),
            _ => [],
        },
    ];

    private static JsonNode? Find(JsonNode node, object[] path) => path.Aggregate((JsonNode?)node, (n, p) => p is string field ? n![field] : n![(int)p]);

    private static void Set(JsonNode node, object[] path, JsonNode? value)
    {
        var parent = Find(node, path[..^1])!;
        if (path[^1] is string field)
            parent[field] = value;
        else
            parent[(int)path[^1]] = value;
    }
}
