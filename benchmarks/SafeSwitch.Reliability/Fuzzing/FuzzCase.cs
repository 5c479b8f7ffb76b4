using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Reliability.Edits;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>A file with one edit or a few: always the same for a reader, a seed and a number.</summary>
/// <param name="Path">The file.</param>
/// <param name="Original">What it held.</param>
/// <param name="Bytes">What it holds in this case.</param>
/// <param name="What">The edits, for people.</param>
/// <param name="Edits">How many they are.</param>
internal sealed record FuzzCase(string Path, byte[] Original, byte[] Bytes, string What, int Edits)
{
    private const int ShownLength = 160;

    public static FuzzCase Make(Reader reader, string material, int seed, int number)
    {
        var path = Readers.FileOf(reader, material);
        var original = File.ReadAllBytes(path);
        var random = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{reader.Name} {seed} {number}"))));
        // One edit shows what it does; several reach what one alone does not.
        var edits = random.Next(4) > 0 ? 1 : random.Next(2, 4);
        var (bytes, what) = (original, new List<string>());
        for (var i = 0; i < edits; i++)
        {
            var edit = reader.Edit(bytes, random);
            bytes = edit.Bytes;
            what.Add(edit.What);
        }

        var text = string.Join("; ", what).ReplaceLineEndings("\\n").Replace('\t', ' ');
        return new FuzzCase(path, original, bytes, text.Length > ShownLength ? text[..ShownLength] + "…" : text, edits);
    }

    /// <summary>Writes the edited file, and has the bundle's manifest name it as it is now: whoever hands us a file can do so too.</summary>
    /// <returns>What puts everything back.</returns>
    public Action Apply(string material)
    {
        var manifest = System.IO.Path.Combine(material, Material.SmallBundle.BundleFolder, Bundle.ManifestFile);
        var said = File.ReadAllBytes(manifest);
        var before = Digests();
        File.WriteAllBytes(Path, Bytes);
        if (Path != manifest)
            File.WriteAllText(manifest, Renamed(said, before));
        return () =>
        {
            File.WriteAllBytes(manifest, said);
            File.WriteAllBytes(Path, Original);
        };
    }

    private (string Whole, FileFingerprint Print) Digests() =>
        (Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path))), FileFingerprint.Compute(System.IO.Path.GetDirectoryName(Path)!, System.IO.Path.GetFileName(Path)));

    private string Renamed(byte[] manifest, (string Whole, FileFingerprint Print) before)
    {
        var after = Digests();
        var root = JsonNode.Parse(manifest)!;
        Visit(root);
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

        void Visit(JsonNode? node)
        {
            if (node is JsonArray items)
            {
                foreach (var item in items)
                    Visit(item);
            }

            if (node is not JsonObject fields)
                return;
            foreach (var (name, value) in fields.ToList())
            {
                var text = value is JsonValue && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
                if (text == before.Whole)
                    fields[name] = after.Whole;
                else if (text == before.Print.Digest)
                    fields[name] = after.Print.Digest;
                else
                    Visit(value);
                if (text is not null && (text == before.Whole || text == before.Print.Digest) && fields.ContainsKey("length"))
                    fields["length"] = after.Print.Length;
            }
        }
    }
}
