using System.Globalization;
using System.Text.Json;

namespace SafeSwitch.Bundles;

/// <summary>Reads <c>safeswitch.json</c>: everything wrong with it is found in one go, by its path.</summary>
internal static class ManifestReader
{
    private const int LargestFile = 16 << 20;

    /// <summary>What a person's editor may leave in JSON.</summary>
    public static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static byte[] ReadFile(string folder)
    {
        var path = Path.Combine(folder, Bundle.ManifestFile);
        if (!Directory.Exists(folder))
            throw Refusal(folder, new BundleProblem(folder, "", "no such folder", "a bundle's folder"));
        if (!File.Exists(path))
            throw Refusal(folder, new BundleProblem(Bundle.ManifestFile, "", "no such file", "a bundle, which a model folder becomes when it is built"));
        if (new FileInfo(path) is { Length: > LargestFile } info)
            throw Refusal(folder, new BundleProblem(Bundle.ManifestFile, "", $"{info.Length} bytes", $"at most {LargestFile}"));
        return File.ReadAllBytes(path);
    }

    public static BundleManifest Parse(string folder, ReadOnlyMemory<byte> bytes)
    {
        var problems = new List<BundleProblem>();
        try
        {
            using var document = JsonDocument.Parse(bytes[^WithoutMark(bytes.Span).Length..], Lenient);
            var root = document.RootElement;
            if (CheckSchema(root) is { } outdated)
                throw Refusal(folder, outdated);
            JsonShape.Check(root, BundleJson.Manifest, "$", Report);
            if (problems.Count > 0)
                throw new BundleException(folder, problems);
            var manifest = root.Deserialize(BundleJson.Manifest)!;
            ManifestRules.Check(manifest, Report);
            return problems.Count == 0 ? manifest : throw new BundleException(folder, problems);
        }
        catch (JsonException e)
        {
            throw new BundleException(folder, [new BundleProblem(Bundle.ManifestFile, e.Path ?? "$", e.Message, "JSON of the schema, in UTF-8")], e);
        }

        catch (InvalidOperationException e)
        {
            // The parser lets bytes and escapes pass that aren't text; whoever reads them as text meets this.
            throw new BundleException(folder, [new BundleProblem(Bundle.ManifestFile, "$", e.Message, "JSON of the schema, in UTF-8")], e);
        }

        void Report(string field, string found, string expected) => problems.Add(new BundleProblem(Bundle.ManifestFile, field, found, expected));
    }

    /// <summary>The text without the byte-order mark that some editors put before it.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) => text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text;

    // Told alone: the fields of another schema aren't mistakes.
    private static BundleProblem? CheckSchema(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out var schema) || !schema.TryGetInt32Safe(out var version)
            || version == BundleManifest.CurrentSchema)
        {
            return null;
        }

        var expected = BundleManifest.CurrentSchema.ToString(CultureInfo.InvariantCulture);
        return new BundleProblem(
            Bundle.ManifestFile,
            "$.schema",
            version.ToString(CultureInfo.InvariantCulture),
            version == 1 ? $"{expected}, which holds a digest of every file that decides behaviour: seal the bundle again (Bundle.Seal)"
            : version > BundleManifest.CurrentSchema ? $"{expected} or below: a newer version made this bundle"
            : expected);
    }

    private static bool TryGetInt32Safe(this JsonElement element, out int value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out value);
    }

    private static BundleException Refusal(string folder, BundleProblem problem) => new(folder, [problem]);
}
