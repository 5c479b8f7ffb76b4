using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests;

/// <summary>Where the native library of these tests is: SAFESWITCH_GENAI_NATIVE, or <c>native/linux-x64</c> of the shared fixtures.</summary>
internal static class NativeLibraryFixture
{
    /// <summary>The library's folder; skips the running test by name if it is absent.</summary>
    public static string Folder
    {
        get
        {
            var configured = Environment.GetEnvironmentVariable(NativeLibraryLoader.FolderVariable);
            var folder = string.IsNullOrEmpty(configured) ? Fixtures.Shared("native", "linux-x64") : configured;
            Assert.SkipUnless(File.Exists(NativeLibraryPaths.FileAt(folder)), $"ONNX Runtime GenAI's native library is absent: {folder}");
            Assert.SkipUnless(OperatingSystem.IsLinux() || !string.IsNullOrEmpty(configured), $"name the native library's folder in {NativeLibraryLoader.FolderVariable}");
            return folder;
        }
    }
}
