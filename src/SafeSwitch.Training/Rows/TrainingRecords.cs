using System.Text.Json;
using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Training.Rows;

/// <summary>Records of trained parts as files, written like recipes.</summary>
internal static class TrainingRecords
{
    /// <summary>Writes a record, whole or not at all.</summary>
    public static void Write<T>(string path, T record)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(record, RecipeJson.Options) + "\n");
    }

    /// <summary>Reads a record.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What was trained, for messages.</param>
    /// <param name="command">What trains it.</param>
    /// <exception cref="DataException">It is missing or malformed.</exception>
    public static T Read<T>(string path, string what, string command)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), RecipeJson.Options)
                ?? throw new DataException($"'{path}': found null, expected the record of {what}. Train it again: {command}.");
        }
        catch (JsonException e)
        {
            throw new DataException($"'{path}': {e.Path}: {e.Message} Expected the record of {what}; train it again: {command}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}': {e.Message} Train {what} first: {command}.", e);
        }
    }
}
