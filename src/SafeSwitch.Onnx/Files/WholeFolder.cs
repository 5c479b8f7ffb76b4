namespace SafeSwitch.Onnx.Files;

/// <summary>Writes new folders whole or not at all: beside their place, then renamed into it.</summary>
internal static class WholeFolder
{
    /// <summary>What the name of a folder ends in until it is whole.</summary>
    public const string Unfinished = ".unfinished";

    public static void Write(string path, Action<string> write)
    {
        var temporary = path + Unfinished;
        Remove(temporary); // left by a run that was killed
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            Directory.Move(temporary, path);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
