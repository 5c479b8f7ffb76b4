using SafeSwitch.Bundles;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Where the files of a recipe are.</summary>
internal sealed class RecipeFiles
{
    /// <summary>The folder within a bundle's that holds what is kept between steps.</summary>
    public const string WorkFolder = ".build";

    public RecipeFiles(string recipePath, string? dataFolder)
    {
        RecipePath = Path.GetFullPath(recipePath);
        Folder = Path.GetDirectoryName(RecipePath)!;
        DataFolder = dataFolder;
    }

    public string RecipePath { get; }

    /// <summary>The recipe's folder: the model, and the bundle to be.</summary>
    public string Folder { get; }

    public string? DataFolder { get; }

    /// <summary>What a build keeps between steps; never part of a bundle.</summary>
    public string Work => Path.Combine(Folder, WorkFolder);

    /// <summary>A data file: beside the recipe, or else in the data folder.</summary>
    public string Data(string file)
    {
        string[] places = DataFolder is null ? [Folder] : [Folder, DataFolder];
        return places.Select(p => Path.GetFullPath(Path.Combine(p, file))).FirstOrDefault(File.Exists)
            ?? throw new RecipeException(RecipePath, file, "no such file", $"one in {string.Join(" or ", places)}");
    }
}

/// <summary>The rows that a recipe names, and where they came from.</summary>
internal sealed record RecipeRows(
    IReadOnlyList<DataRow> Rows, IReadOnlyList<string> Files, IReadOnlyList<DataSetRecord> Sets, IReadOnlyList<DataProblem> Problems)
{
    public static RecipeRows Read(Recipe recipe, RecipeFiles files, bool strict)
    {
        var rows = new List<DataRow>();
        var paths = new List<string>();
        var sets = new List<DataSetRecord>();
        var problems = new List<DataProblem>();
        var known = new HashSet<(string, string)>();
        var corrections = recipe.Corrections is null ? RowCorrections.None : RowCorrections.Read(files.Data(recipe.Corrections));
        foreach (var set in recipe.Data)
        {
            var path = files.Data(set.File);
            var read = DataReader.Read(path, strict, problems.Add).ToList();
            known.UnionWith(read.Select(r => (r.Set, r.Id)));
            var taken = Take(read.Where(r => r.Split != DataSplits.Test).Select(corrections.Of).OfType<DataRow>(), set, recipe.Seed);
            var unlicensed = taken.Select(r => r.Source).Distinct().Except(set.Licences.Keys).Order(StringComparer.Ordinal).ToList();
            if (unlicensed.Count > 0)
                throw new RecipeException(files.RecipePath, $"data: {set.File}: licences", "none for " + string.Join(", ", unlicensed), "the licence of every source that is trained on");
            rows.AddRange(taken);
            paths.Add(path);
            sets.Add(Record(path, taken, set.Licences));
        }

        corrections.CheckKnown(known);
        var plain = rows.ToList();
        foreach (var wrappers in recipe.Wrappers)
        {
            var path = files.Data(wrappers.File);
            var wrapped = RowWrapper.Wrap(WrapperFile.Read(path), plain, wrappers, recipe.Seed).ToList();
            rows.AddRange(wrapped);
            paths.Add(path);
            sets.Add(Record(path, wrapped, new Dictionary<string, string>()));
        }

        if (recipe.Disguises is { } disguises)
            rows.AddRange(RowDisguises.Of(plain, disguises, recipe.Seed));
        return new RecipeRows(rows, paths, sets, problems);
    }

    // Each limit takes from what the ones before it left; what the seed chooses does not depend on other rows.
    private static List<DataRow> Take(IEnumerable<DataRow> rows, RecipeDataSet set, int seed)
    {
        var fitting = rows.Where(r => (set.Longest is not { } longest || r.Request.Length <= longest)
            && (set.Languages is not { } languages || languages.Contains(r.Language)));
        if (set.Harmful is not null || set.Harmless is not null)
        {
            fitting = fitting.GroupBy(r => r.Harmful)
                .SelectMany(g => (g.Key ? set.Harmful : set.Harmless) is { } most ? RowSample.Pick(g, most, seed, "rows") : g);
        }

        return [.. set.Rows is { } all ? RowSample.Pick(fitting, all, seed, "rows") : fitting];
    }

    private static DataSetRecord Record(string path, List<DataRow> rows, IReadOnlyDictionary<string, string> licences) => new()
    {
        Name = Path.GetFileName(path),
        Sha256 = DataFile.Sha256(path),
        Rows = rows.Count,
        Licences = licences.Where(l => rows.Any(r => r.Source == l.Key)).ToDictionary(),
    };
}
