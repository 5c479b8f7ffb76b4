using System.Text.Json;
using SafeSwitch.Settings;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>Reads the records that training leaves beside what it made.</summary>
internal static class RecordFile
{
    /// <summary>Reads a record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What was trained, for messages.</param>
    /// <param name="step">The step that trains it.</param>
    /// <exception cref="DataException">It is missing or malformed.</exception>
    public static T Read<T>(string path, string what, BuildStep step)
        where T : class
    {
        try
        {
            var record = JsonSerializer.Deserialize(File.ReadAllText(path), SettingsFile.TypeOf<T>())
                ?? throw new DataException($"'{path}': found null, expected the record of {what}.") { StepToRun = step };
            return DeclaredRanges.ProblemsOf(record) is [var first, ..]
                ? throw new DataException($"'{path}': {first.Setting}: found {first.Found}, expected {first.Expected}.") { StepToRun = step }
                : record;
        }
        catch (JsonException e)
        {
            throw new DataException($"'{path}': {e.Path}: found {JsonFault.Describe(e)}, expected the record of {what}.", e) { StepToRun = step };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}': {e.Message} Expected the record of {what}.", e) { StepToRun = step };
        }
    }
}
