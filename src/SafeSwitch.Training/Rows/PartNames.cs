namespace SafeSwitch.Training.Rows;

/// <summary>Names of trained parts: each is a file's.</summary>
internal static class PartNames
{
    public const string Expected = "a name that a file can have";

    public static bool IsUsable(string name) => name is not ("" or "." or "..") && name.IndexOfAny(['/', '\\', .. Path.GetInvalidFileNameChars()]) < 0;
}
