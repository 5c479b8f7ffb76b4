using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Bundles;

/// <summary>Whatever stands in <c>safeswitch.json</c>, the answer is a manifest that keeps the rules or a <see cref="BundleException"/>.</summary>
public class ManifestFuzzTests
{
    /// <summary>A manifest in which every field says something.</summary>
    internal static BundleManifest Whole { get; } = Toy.Manifest with
    {
        Decoder = Toy.Manifest.Decoder with { TrainingGraph = "training.onnx" },
        Files = [new FileDigest { File = "tokenizer.json", Sha256 = Toy.NoDigest }],
        Probes = [.. Toy.Manifest.Probes.Select(p => p with { Calibration = [Calibration] })],
        Provenance = new Provenance
        {
            Tool = "test",
            Seed = 1,
            DataSets = [new DataSetRecord { Name = "rows", Sha256 = Toy.NoDigest, Rows = 3, Licences = new Dictionary<string, string> { ["a"] = "MIT" } }],
            Metrics = new Dictionary<string, double> { ["recall"] = 0.5 },
        },
    };

    private static CalibrationRecord Calibration => new()
    {
        Policy = "balanced", MaxFalsePositiveRate = 0.01, Threshold = 0.7, HarmlessRows = 10, Flagged = 1, Recall = 0.9, Sources = ["s"],
        Bounds = [new KeptBound { Rule = BoundRule.Empirical, Set = "s", MaxFalsePositiveRate = 0.02, Rows = 5, Threshold = 0.6, Flagged = 0 }],
    };

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "2", "1e400", "1.5", "99999999999", "\"\"", "\" \"", "\"balanced\"", "\"BALANCED\"", "\"Prompt\"", "\"5\"", "\"00:00:05\"", "\"..\"",
        "\"../x\"", "\"/x\"", "\"a\\u0000b\"", "[]", "[null]", "[[]]", "[{}]", "{}", "{\"a\":null}", "{\"a\":{}}",
    ];

    [Fact]
    public void Edited_fields_are_refused_by_name_or_read()
    {
        using var folder = Toy.WriteBundle(Whole);
        var text = File.ReadAllText(folder.File(Bundle.ManifestFile));
        var count = Paths(JsonNode.Parse(text)!).Count;

        Gen.Select(Gen.Int[0, count - 1], Gen.Int[0, Values.Length - 1], Gen.Int[0, 3]).Sample(
            (place, value, kind) =>
            {
                var root = JsonNode.Parse(text)!;
                Edit(Paths(root)[place], kind, Values[value]);
                Survive(folder, Encoding.UTF8.GetBytes(root.ToJsonString()));
            },
            iter: 4000, threads: 1);
    }

    [Fact]
    public void Edited_bytes_are_refused_or_read()
    {
        using var folder = Toy.WriteBundle(Whole);
        var bytes = File.ReadAllBytes(folder.File(Bundle.ManifestFile));

        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Int[0, 2]).Array[1, 4].Sample(
            edits =>
            {
                var edited = bytes.ToList();
                foreach (var (at, value, kind) in edits)
                {
                    var place = Math.Min(at, edited.Count - 1);
                    if (kind == 0)
                        edited[place] = value;
                    else if (kind == 1)
                        edited.Insert(place, value);
                    else
                        edited.RemoveRange(place, Math.Min(value, edited.Count - place - 1));
                }

                Survive(folder, [.. edited]);
            },
            iter: 4000, threads: 1);
    }

    private static void Survive(TemporaryFolder folder, byte[] manifest)
    {
        File.WriteAllBytes(folder.File(Bundle.ManifestFile), manifest);
        try
        {
            var read = Bundle.Read(folder.Path).Manifest;
            Assert.All(read.Policies.Values, p => Assert.Empty(p.Check()));
            Assert.NotNull(new PolicySet(read.Policies, read.DefaultPolicy));
            Assert.All(read.Probes, p => Assert.Equal(64, p.Sha256.Length));
            // What was read can be written, and says the same then.
            Bundle.Write(folder.Path, read);
            Assert.Equal(read.DefaultPolicy, Bundle.Read(folder.Path).Manifest.DefaultPolicy);
        }
        catch (BundleException e)
        {
            Assert.NotEmpty(e.Problems);
            Assert.All(e.Problems, p => Assert.NotEmpty(p.Expected));
        }
    }

    private static void Edit(JsonNode node, int kind, string value)
    {
        var parent = node.Parent!;
        if (parent is JsonArray list)
        {
            var at = node.GetElementIndex();
            if (kind == 0)
                list.RemoveAt(at);
            else if (kind == 1)
                list.Insert(at, JsonNode.Parse(value));
            else
                list[at] = JsonNode.Parse(value);
            return;
        }

        var name = node.GetPropertyName();
        if (kind == 0)
            parent.AsObject().Remove(name);
        else if (kind == 1)
            parent[name + "x"] = JsonNode.Parse(value);
        else
            parent[name] = JsonNode.Parse(value);
    }

    private static List<JsonNode> Paths(JsonNode root)
    {
        var found = new List<JsonNode>();
        Collect(root);
        return found;

        void Collect(JsonNode node)
        {
            if (node.Parent is not null)
                found.Add(node);
            var children = node switch
            {
                JsonObject fields => fields.Select(f => f.Value),
                JsonArray items => items,
                _ => [],
            };
            foreach (var child in children.OfType<JsonNode>())
                Collect(child);
        }
    }
}
