using System.Text.Json;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Reads what to train from JSON files, written as recipes are.</summary>
internal static class ProbeFiles
{
    /// <summary>A probe as it stands in a recipe: its design and training.</summary>
    /// <exception cref="RecipeException">The file is missing or malformed.</exception>
    public static RecipeProbe ReadProbe(string path) => Read<RecipeProbe>(path, "a probe: design and training");

    /// <summary>What a sweep compares.</summary>
    /// <exception cref="RecipeException">The file is missing or malformed.</exception>
    public static SweepPlan ReadPlan(string path) => Read<SweepPlan>(path, "a sweep: layers, poolings, designs");

    private static T Read<T>(string path, string expected)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), RecipeJson.Options)
                ?? throw new RecipeException(path, "$", "null", expected);
        }
        catch (JsonException e)
        {
            throw new RecipeException(path, e.Path ?? "$", e.Message, expected, e);
        }
        catch (IOException e)
        {
            throw new RecipeException(path, "", e.Message, expected, e);
        }
    }
}
