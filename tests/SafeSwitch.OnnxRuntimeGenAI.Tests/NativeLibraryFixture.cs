using System.Runtime.InteropServices;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests;

/// <summary>Where the native library of these tests is: SAFESWITCH_GENAI_NATIVE, or what the package Microsoft.ML.OnnxRuntimeGenAI has for this platform.</summary>
internal static class NativeLibraryFixture
{
    /// <summary>The library's folder; skips the running test on a platform that the package has none for. Elsewhere its absence is a failure.</summary>
    public static string Folder
    {
        get
        {
            var configured = Environment.GetEnvironmentVariable(NativeLibraryLoader.FolderVariable);
            var isConfigured = !string.IsNullOrEmpty(configured);
            var folder = isConfigured ? configured! : Path.Combine(AppContext.BaseDirectory, "genai-native");
            var exists = File.Exists(NativeLibraryPaths.FileAt(folder));
            Assert.SkipUnless(
                exists || isConfigured || IsPackaged,
                $"ONNX Runtime GenAI's package has no native library for this platform: set {NativeLibraryLoader.FolderVariable} to a folder that has one");
            Assert.True(exists, $"'{folder}' has no native library of ONNX Runtime GenAI");
            return folder;
        }
    }

    private static bool IsPackaged => RuntimeInformation.OSArchitecture is Architecture.X64 or Architecture.Arm64
        && (!OperatingSystem.IsMacOS() || RuntimeInformation.OSArchitecture == Architecture.Arm64)
        && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);
}
