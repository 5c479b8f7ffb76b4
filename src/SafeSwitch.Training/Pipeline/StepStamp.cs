using System.Text.Json;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>
/// Remembers what a step was made from, by the digest of its inputs, and what it found. A step whose inputs are the same and
/// whose files are still the ones it wrote need not run again.
/// </summary>
internal sealed class StepStamp<TResult>(string folder, string step)
    where TResult : class
{
    private readonly string path = Path.Combine(folder, step + ".step.json");

    /// <summary>What the step found when it ran on the same inputs, or nothing.</summary>
    public TResult? Standing(string inputs, IReadOnlyList<string> files)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var record = JsonSerializer.Deserialize<Record>(File.ReadAllText(path), RecipeJson.Options);
            return record is not null && record.Inputs == inputs && files.All(File.Exists) && record.Outputs == Outputs(files) ? record.Result : null;
        }
        catch (JsonException)
        {
            // Of another version: the step runs again.
            return null;
        }
    }

    public TResult Keep(string inputs, IReadOnlyList<string> files, TResult result)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Record(inputs, Outputs(files), result), RecipeJson.Options));
        return result;
    }

    private static string Outputs(IReadOnlyList<string> files) => string.Join(' ', files.Select(DataFile.Sha256));

    private sealed record Record(string Inputs, string Outputs, TResult Result);
}
