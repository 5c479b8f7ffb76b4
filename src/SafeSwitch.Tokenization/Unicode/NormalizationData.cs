using System.Globalization;

namespace SafeSwitch.Tokenization.Unicode;

/// <summary>
/// The tables of Unicode normalization. They are carried along because the framework normalizes nothing beyond ASCII when an application
/// runs without globalization data, and a tokenizer must give the same ids everywhere.
/// </summary>
internal sealed class NormalizationData
{
    private static readonly Lazy<NormalizationData> Loaded = new(() => new NormalizationData());

    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatible = [];
    private readonly Dictionary<(int First, int Second), int> composites = [];
    private readonly HashSet<int> seconds = [];
    private readonly Dictionary<int, byte> classes = [];

    private NormalizationData()
    {
        using var stream = typeof(NormalizationData).Assembly.GetManifestResourceStream("normalization.txt")!;
        using var reader = new StreamReader(stream);
        var section = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
                section = line;
            else if (!line.StartsWith('#'))
                Add(section, line.Split(' '));
        }
    }

    public static NormalizationData Instance => Loaded.Value;

    public int[]? Decomposition(int code, bool compatible) =>
        compatible && this.compatible.TryGetValue(code, out var wide) ? wide : canonical.GetValueOrDefault(code);

    public int? Composite(int first, int second) => composites.TryGetValue((first, second), out var code) ? code : null;

    public byte CombiningClass(int code) => classes.GetValueOrDefault(code);

    /// <summary>Whether a character can join one before it.</summary>
    public bool CanFollow(int code) => seconds.Contains(code) || classes.ContainsKey(code);

    private void Add(string section, string[] fields)
    {
        switch (section)
        {
            case "[decompose]":
                canonical[Hex(fields[0])] = [.. fields.Skip(1).Select(Hex)];
                break;
            case "[compatibility]":
                compatible[Hex(fields[0])] = [.. fields.Skip(1).Select(Hex)];
                break;
            case "[compose]":
                composites[(Hex(fields[0]), Hex(fields[1]))] = Hex(fields[2]);
                seconds.Add(Hex(fields[1]));
                break;
            case "[class]":
                for (var code = Hex(fields[1]); code <= Hex(fields[2]); code++)
                    classes[code] = byte.Parse(fields[0], CultureInfo.InvariantCulture);
                break;
        }
    }

    private static int Hex(string field) => int.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
