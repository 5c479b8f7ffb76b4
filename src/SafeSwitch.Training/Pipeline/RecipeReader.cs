using System.Text.Json;
using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Reads and checks recipes.</summary>
public static class RecipeReader
{
    /// <summary>Reads a recipe.</summary>
    /// <exception cref="RecipeException">It is missing, malformed or does not make sense.</exception>
    public static Recipe Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Recipe? recipe;
        try
        {
            recipe = JsonSerializer.Deserialize<Recipe>(File.ReadAllText(path), RecipeJson.Options);
        }
        catch (JsonException e)
        {
            throw new RecipeException(path, e.Path ?? "$", e.Message, "a recipe", e);
        }
        catch (IOException e)
        {
            throw new RecipeException(path, "", e.Message, "a recipe", e);
        }

        if (recipe is null)
            throw new RecipeException(path, "$", "null", "a recipe");
        Check(path, recipe);
        return recipe;
    }

    private static void Check(string path, Recipe recipe)
    {
        if (recipe.Data.Count == 0)
            throw new RecipeException(path, "data", "no files", "at least one");
        if (recipe.Data.GroupBy(d => Path.GetFileNameWithoutExtension(d.File), StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new RecipeException(path, "data", $"two files called '{twice.Key}'", "names that differ: rows are known by them");
        if (recipe.Probes.Count(p => p.Design.Stage == MonitorStage.Prompt) != 1 || recipe.Probes.Count(p => p.Design.Stage == MonitorStage.Response) > 1)
            throw new RecipeException(path, "probes", string.Join(", ", recipe.Probes.Select(p => p.Design.Stage)), "one prompt probe and at most one response probe");
        if (recipe.Reference.GroupBy(p => p.Design.Stage).Any(g => g.Count() > 1) || recipe.Reference.GroupBy(p => p.Design.Name, StringComparer.Ordinal).Any(g => g.Count() > 1))
            throw new RecipeException(path, "reference", string.Join(", ", recipe.Reference.Select(p => $"{p.Design.Name} ({p.Design.Stage})")), "one prompt probe and one response probe at most, of different names");
        if (recipe.Calibration.Stages == GuardStages.PromptAndResponse && recipe.Probes.All(p => p.Design.Stage != MonitorStage.Response))
            throw new RecipeException(path, "calibration: stages", "prompt and response", "a response probe, or the prompt stage alone");

        if (recipe.Phrasings < 1)
            throw new RecipeException(path, "phrasings", $"{recipe.Phrasings}", "at least 1");

        var bounds = recipe.Calibration.Bounds;
        if (bounds.Any(b => b.MaxFalsePositiveRate is not (> 0 and < 1)))
            throw new RecipeException(path, "calibration: bounds", string.Join(", ", bounds.Select(b => b.MaxFalsePositiveRate)), "numbers between 0 and 1");
        if (recipe.Calibration.SetBounds.Concat(recipe.Calibration.SourceBounds).FirstOrDefault(b => !(b.Value >= 0)) is { Key: not null } wrong)
            throw new RecipeException(path, $"calibration: bound of '{wrong.Key}'", $"{wrong.Value}", "a factor of at least 0");
        if (bounds.All(b => b.Policy != recipe.Calibration.DefaultPolicy))
            throw new RecipeException(path, "calibration: default_policy", $"'{recipe.Calibration.DefaultPolicy}'", $"one of {string.Join(", ", bounds.Select(b => b.Policy))}");

        var collected = recipe.Collect.Layers.Select(l => $"hidden_states.{l}").Append("hidden_states").ToList();
        foreach (var probe in recipe.Probes.Concat(recipe.Reference))
        {
            var absent = probe.Design.Members.SelectMany(m => m.Layers).Except(collected).ToList();
            if (absent.Count > 0)
                throw new RecipeException(path, $"probes: {probe.Design.Name}", string.Join(", ", absent), $"states that are collected: {string.Join(", ", collected)}");
        }
    }
}
