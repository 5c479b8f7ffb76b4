namespace SafeSwitch.Onnx.Files;

/// <summary>Writes files whole or not at all: into a temporary beside the file, then renamed.</summary>
internal static class WholeFile
{
    public static void WriteText(string path, string text) => Write(path, temporary => File.WriteAllText(temporary, text));

    public static void Write(string path, Action<string> write)
    {
        var temporary = path + ".tmp";
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
