using SafeSwitch.Bundles;

namespace SafeSwitch.Training.Rows;

/// <summary>How much a bundle has been exposed to a row: what a figure on it can show hangs on that.</summary>
public enum RowExposure
{
    /// <summary>The bundle does not say what it was made of.</summary>
    Unknown,

    /// <summary>Neither the row nor another one of its source was used.</summary>
    NeverSeen,

    /// <summary>Other rows of its source were learned from, or had thresholds chosen on them. Where <see cref="RowExposures.KnowsRows"/> is false, this very row may be among them.</summary>
    SourceSeen,

    /// <summary>Training stopped by this very row, or a threshold was chosen on it.</summary>
    HeldOut,

    /// <summary>This very row was learned from: what the guard does on it is no test.</summary>
    Trained,
}

/// <summary>What a bundle says that it was made of, asked row by row.</summary>
public sealed class RowExposures
{
    private readonly Dictionary<string, RowUse> uses;
    private readonly HashSet<string> sources;

    private RowExposures(Dictionary<string, RowUse> uses, HashSet<string> sources, bool knowsRows)
    {
        (this.uses, this.sources) = (uses, sources);
        KnowsRows = knowsRows;
    }

    /// <summary>Whether the bundle names the very rows that all of its parts were made of.</summary>
    public bool KnowsRows { get; }

    /// <summary>Whether it names at least the sources.</summary>
    public bool KnowsSources => KnowsRows || sources.Count > 0;

    /// <summary>Reads what a bundle says: the rows' hashes where its parts have them, the sources of its data sets where it names these.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <exception cref="DataException">A file of hashes is not the one that the bundle names.</exception>
    public static RowExposures Of(Bundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var manifest = bundle.Manifest;
        var (uses, sources) = (new Dictionary<string, RowUse>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var parts = manifest.Probes.Select(p => p.TrainedRows).Concat(manifest.Adapters.Select(a => a.TrainedRows)).ToList();
        // A bundle may be served without these files.
        var knowsRows = parts.Count > 0 && parts.TrueForAll(p => p is not null && File.Exists(bundle.PathOf(p.File)));
        foreach (var file in parts.Concat(manifest.Probes.Select(p => p.CalibratedRows)).OfType<FileDigest>().Where(f => File.Exists(bundle.PathOf(f.File))))
        {
            var path = bundle.PathOf(file.File);
            if (DataFile.Sha256(path) != file.Sha256)
                throw new DataException($"'{path}' is not the file that {Bundle.ManifestFile} names, by its SHA-256: what the bundle was made of is not known from it.");
            foreach (var group in UsedRows.Read(path).Rows)
            {
                sources.Add(group.Source);
                foreach (var hash in group.Hashes)
                {
                    if (!uses.TryGetValue(hash, out var use) || group.Use < use)
                        uses[hash] = group.Use;
                }
            }
        }

        sources.UnionWith(manifest.Provenance?.DataSets.SelectMany(d => d.Licences.Keys) ?? []);
        return new RowExposures(uses, sources, knowsRows);
    }

    /// <summary>How much the bundle was exposed to a row.</summary>
    public RowExposure Of(DataRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Of(UsedRows.HashOf(row), row.Source);
    }

    /// <summary>How much the bundle was exposed to a row that is known by its hash.</summary>
    /// <param name="hash">The hash, see <see cref="UsedRows.HashOf"/>.</param>
    /// <param name="source">The collection that the request was published in.</param>
    public RowExposure Of(string hash, string source)
    {
        ArgumentNullException.ThrowIfNull(hash);
        ArgumentNullException.ThrowIfNull(source);
        if (uses.TryGetValue(hash, out var use))
            return use == RowUse.Trained ? RowExposure.Trained : RowExposure.HeldOut;
        return sources.Contains(source) ? RowExposure.SourceSeen
            : KnowsSources ? RowExposure.NeverSeen
            : RowExposure.Unknown;
    }
}
