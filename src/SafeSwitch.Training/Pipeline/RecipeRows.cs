using SafeSwitch.Bundles;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>The rows that a recipe names, and where they came from.</summary>
internal sealed record RecipeRows(IReadOnlyList<DataRow> Rows, IReadOnlyList<DataSetRecord> Sets, IReadOnlyList<DataProblem> Problems)
{
    public static RecipeRows Read(Recipe recipe, RecipeFiles files, bool strict)
    {
        var rows = new List<DataRow>();
        var sets = new List<DataSetRecord>();
        var problems = new List<DataProblem>();
        foreach (var set in recipe.Data)
        {
            var path = files.Data(set.File);
            var read = DataReader.Read(path, strict, problems.Add).Where(r => r.Split != DataSplits.Test).ToList();
            var taken = set.Rows is { } most ? [.. RowSample.Pick(read, most, recipe.Seed, "rows")] : read;
            var unlicensed = taken.Select(r => r.Source).Distinct().Except(set.Licences.Keys).Order(StringComparer.Ordinal).ToList();
            if (unlicensed.Count > 0)
                throw new RecipeException(files.RecipePath, $"data: {set.File}: licences", "none for " + string.Join(", ", unlicensed), "the licence of every source that is trained on");
            rows.AddRange(taken);
            sets.Add(Record(path, taken, set.Licences));
        }

        if (recipe.Wrappers is { } wrappers)
        {
            var path = files.Data(wrappers.File);
            var wrapped = RowWrapper.Wrap(WrapperFile.Read(path), rows, wrappers, recipe.Seed).ToList();
            rows.AddRange(wrapped);
            sets.Add(Record(path, wrapped, new Dictionary<string, string>()));
        }

        return new RecipeRows(rows, sets, problems);
    }

    private static DataSetRecord Record(string path, List<DataRow> rows, IReadOnlyDictionary<string, string> licences) => new()
    {
        Name = Path.GetFileName(path),
        Sha256 = DataFile.Sha256(path),
        Rows = rows.Count,
        Licences = licences.Where(l => rows.Any(r => r.Source == l.Key)).ToDictionary(),
    };
}
