using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Where the files of a recipe lie.</summary>
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
