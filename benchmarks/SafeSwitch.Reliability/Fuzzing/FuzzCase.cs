using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Reliability.Edits;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>The file that a reader's cases edit, as it is undamaged.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Material">The folder with everything in it.</param>
/// <param name="Path">The file.</param>
/// <param name="Bytes">What it holds.</param>
internal sealed record FuzzFile(Reader Reader, string Material, string Path, byte[] Bytes)
{
    public static FuzzFile Of(Reader reader, string material)
    {
        var path = Readers.FileOf(reader, material);
        return new FuzzFile(reader, material, path, File.ReadAllBytes(path));
    }
}

/// <summary>A file with one edit or a few: always the same for a reader, a seed and a number.</summary>
/// <param name="File">The file.</param>
/// <param name="Bytes">What it holds in this case.</param>
/// <param name="What">The edits, for people.</param>
/// <param name="Edits">How many they are.</param>
internal sealed record FuzzCase(FuzzFile File, byte[] Bytes, string What, int Edits)
{
    private const int ShownLength = 160;

    public static FuzzCase Make(FuzzFile file, int seed, int number)
    {
        var random = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{file.Reader.Name} {seed} {number}"))));
        // One edit shows what it does; several reach what one alone does not.
        var edits = random.Next(4) > 0 ? 1 : random.Next(2, 4);
        var (bytes, what) = (file.Bytes, new List<string>());
        for (var i = 0; i < edits; i++)
        {
            var edit = file.Reader.Edit(bytes, random);
            bytes = edit.Bytes;
            what.Add(edit.What);
        }

        var text = string.Join("; ", what).ReplaceLineEndings("\\n").Replace('\t', ' ');
        return new FuzzCase(file, bytes, text.Length > ShownLength ? text[..ShownLength] + "…" : text, edits);
    }

    /// <summary>Writes the edited file; a reader of the whole bundle also gets a manifest that names the file as it is now: whoever hands us a
    /// file can do so too.</summary>
    /// <returns>What puts everything back.</returns>
    public Action Apply()
    {
        var manifest = System.IO.Path.Combine(File.Material, Material.SmallBundle.BundleFolder, Bundle.ManifestFile);
        if (!File.Reader.ReadsBundle || File.Path == manifest)
        {
            System.IO.File.WriteAllBytes(File.Path, Bytes);
            return () => System.IO.File.WriteAllBytes(File.Path, File.Bytes);
        }

        var said = System.IO.File.ReadAllBytes(manifest);
        var before = Digests();
        System.IO.File.WriteAllBytes(File.Path, Bytes);
        System.IO.File.WriteAllText(manifest, Renamed(said, before));
        return () =>
        {
            System.IO.File.WriteAllBytes(manifest, said);
            System.IO.File.WriteAllBytes(File.Path, File.Bytes);
        };
    }

    private (string Whole, FileFingerprint Print) Digests() =>
        (Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(File.Path))),
            FileFingerprint.Compute(System.IO.Path.GetDirectoryName(File.Path)!, System.IO.Path.GetFileName(File.Path)));

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
