using System.Text.Json;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Pipeline;

/// <summary>
/// Keeps what a step found under the key of its inputs. A step whose inputs are the same and whose files are still the ones it
/// wrote need not run again.
/// </summary>
internal sealed class StepCache<TResult>(string folder, string step)
    where TResult : class
{
    // What a step found may be without a part, and is then written without its field.
    private static readonly JsonSerializerOptions Json = new(SettingsFile.Json) { RespectRequiredConstructorParameters = false };

    private readonly string path = Path.Combine(folder, step + ".step.json");

    /// <summary>What the step found when it ran on the same inputs; <see langword="null"/> if it must run.</summary>
    public TResult? Find(string key, IReadOnlyList<string> files)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var entry = JsonSerializer.Deserialize<Entry>(File.ReadAllText(path), Json);
            return entry is not null && entry.Inputs == key && files.All(File.Exists) && entry.Outputs == Outputs(files) ? entry.Result : null;
        }
        catch (JsonException)
        {
            // Of another version: the step runs again.
            return null;
        }
    }

    public TResult Keep(string key, IReadOnlyList<string> files, TResult result)
    {
        Directory.CreateDirectory(folder);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Entry(key, Outputs(files), result), Json));
        return result;
    }

    private static string Outputs(IReadOnlyList<string> files) => string.Join(' ', files.Select(DataFile.Sha256));

    private sealed record Entry(string Inputs, string Outputs, TResult Result);
}
