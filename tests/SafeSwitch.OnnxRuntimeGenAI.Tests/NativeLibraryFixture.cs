using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests;

/// <summary>Where the native library of these tests is: SAFESWITCH_GENAI_NATIVE, or what the package Microsoft.ML.OnnxRuntimeGenAI has for this platform.</summary>
internal static class NativeLibraryFixture
{
    /// <summary>The library's folder; skips the running test if there is none for this platform.</summary>
    public static string Folder
    {
        get
        {
            var configured = Environment.GetEnvironmentVariable(NativeLibraryLoader.FolderVariable);
            var folder = string.IsNullOrEmpty(configured) ? Path.Combine(AppContext.BaseDirectory, "genai-native") : configured;
            Assert.SkipUnless(
                File.Exists(NativeLibraryPaths.FileAt(folder)),
                $"ONNX Runtime GenAI's package has no native library for this platform: set {NativeLibraryLoader.FolderVariable} to a folder that has one");
            return folder;
        }
    }
}
