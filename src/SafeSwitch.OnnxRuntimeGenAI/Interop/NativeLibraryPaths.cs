namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>What the native library is called and which packages bring it.</summary>
internal static class NativeLibraryPaths
{
    /// <summary>The three packages and when to add which, as an error says it.</summary>
    public const string Packages =
        "Microsoft.ML.OnnxRuntimeGenAI (CPU), Microsoft.ML.OnnxRuntimeGenAI.Cuda (NVIDIA GPUs) and Microsoft.ML.OnnxRuntimeGenAI.DirectML (Windows GPUs)";

    public static string FileName { get; } =
        OperatingSystem.IsWindows() ? "onnxruntime-genai.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime-genai.dylib"
        : "libonnxruntime-genai.so";

    /// <summary>The library's file, given it or its folder.</summary>
    public static string FileAt(string path)
    {
        path = Path.GetFullPath(path);
        return Directory.Exists(path) ? Path.Combine(path, FileName) : path;
    }
}
