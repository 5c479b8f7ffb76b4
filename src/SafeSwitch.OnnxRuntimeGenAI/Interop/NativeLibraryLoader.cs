using SafeSwitch.OnnxRuntime.Probes;
using System.Reflection;
using System.Runtime.InteropServices;
using SafeSwitch.OnnxRuntime.Loading;

namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>
/// Finds, checks and loads the native library, once a process. It is looked for at the path of the options, then in the folder
/// of <see cref="FolderVariable"/>, then where .NET looks for an application's native libraries.
/// </summary>
internal static class NativeLibraryLoader
{
    public const string FolderVariable = "SAFESWITCH_GENAI_NATIVE";

    private static readonly Lock Gate = new();
    private static nint library;
    private static string source = "";

    /// <summary>Loads the library unless it is loaded.</summary>
    /// <param name="path">The library's file or its folder; <see langword="null"/> to look for it.</param>
    /// <exception cref="OnnxRuntimeGenAIException">It is missing, too old, or another one is loaded already.</exception>
    public static void EnsureLoaded(string? path)
    {
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(ProcessExit.IsShutDown, typeof(NativeLibraryLoader));
            if (library != 0)
            {
                if (path is not null && NativeLibraryPaths.FileAt(path) != source)
                {
                    throw new OnnxRuntimeGenAIException(
                        $"ONNX Runtime GenAI was already loaded from '{source}'; a process can't load another from '{path}'. Use one path.");
                }

                return;
            }

            LoadOnnxRuntime();
            var handle = Find(path, out var found);
            if (EntryPoints.FindMissing(name => NativeLibrary.TryGetExport(handle, name, out _)) is { Count: > 0 } missing)
            {
                NativeLibrary.Free(handle);
                throw new OnnxRuntimeGenAIException(
                    $"The ONNX Runtime GenAI library '{found}' lacks {string.Join(", ", missing)}. It is of another version than "
                    + $"this backend is made for; add version {EntryPoints.TestedVersion} of one of {NativeLibraryPaths.Packages}.");
            }

            library = handle;
            source = found;
            NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);
            if (EntryPoints.Optional.All(name => NativeLibrary.TryGetExport(handle, name, out _)))
                NativeMethods.OgaSetTelemetryEnabled(false);
            ProcessExit.Register();
        }
    }

    // The library binds ONNX Runtime while it is being loaded, and ends the process if it finds none; a loaded one it takes.
    private static void LoadOnnxRuntime()
    {
        try
        {
            OrtStart.Ensure();
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException)
        {
            throw new OnnxRuntimeGenAIException(
                "ONNX Runtime's native library is missing, and ONNX Runtime GenAI needs it. "
                + "Add Microsoft.ML.OnnxRuntime, or Microsoft.ML.OnnxRuntime.Gpu for CUDA.", e);
        }
    }

    private static nint Find(string? path, out string found)
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        var asked = path ?? (string.IsNullOrEmpty(folder) ? null : folder);
        if (asked is not null)
        {
            found = NativeLibraryPaths.FileAt(asked);
            if (!File.Exists(found))
            {
                var origin = path is not null ? "NativeLibrary" : FolderVariable;
                throw new OnnxRuntimeGenAIException($"{origin}: found no file '{found}', expected ONNX Runtime GenAI's native library or its folder.");
            }

            return Load(found);
        }

        found = NativeLibraryPaths.FileName;
        return NativeLibrary.TryLoad(NativeMethods.Library, typeof(NativeLibraryLoader).Assembly, null, out var handle)
            ? handle
            : throw new OnnxRuntimeGenAIException(
                $"ONNX Runtime GenAI's native library ({found}) was not found with the application. Add one of "
                + $"{NativeLibraryPaths.Packages} to the application's project, or name the library's folder in {FolderVariable}.");
    }

    private static nint Load(string file)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new OnnxRuntimeGenAIException($"The ONNX Runtime GenAI library '{file}' can't be loaded: {e.Message}", e);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == NativeMethods.Library ? library : 0;
}
