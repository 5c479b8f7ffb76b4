using System.Runtime.InteropServices;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>
/// The part of ONNX Runtime GenAI's documented C interface (<c>ort_genai_c.h</c>) that the backend uses. Every method is named
/// as its entry point and listed in <see cref="EntryPoints"/>, so that a library without one is refused when it is loaded.
/// Functions that return <see langword="nint"/> return null or a result that carries an error; see <see cref="NativeResult"/>.
/// <para>The vendor's managed package (Microsoft.ML.OnnxRuntimeGenAI.Managed) declares most of these, but does not replace them:</para>
/// <list type="number">
/// <item>It lacks <c>OgaGenerator_SetLogits</c>, <c>OgaGenerator_GetLogits</c> and <c>OgaModelGetDeviceType</c>, without which devices that
/// can't append to a cache (DirectML, QNN, AMDGPU) have no way to run chosen tokens; and its generator hides its handle, so they can't
/// be called beside it.</item>
/// <item>Its classes hold a bare pointer with a finalizer. Here a session is ended and disposed from any thread at any moment, which takes
/// handles that count who is in a call (<see cref="NativeHandle"/>).</item>
/// <item>The library must be shut down in order when the process ends, after its last object (<see cref="ProcessExit"/>).</item>
/// <item>A library of another version is refused when it is loaded, with the names of what it lacks (<see cref="EntryPoints"/>), not by a
/// missing entry point in the middle of a request.</item>
/// </list>
/// </summary>
internal static unsafe partial class NativeMethods
{
    public const string Library = "onnxruntime-genai";

    [LibraryImport(Library)]
    public static partial byte* OgaResultGetError(nint result);

    [LibraryImport(Library)]
    public static partial void OgaDestroyResult(nint result);

    [LibraryImport(Library)]
    public static partial void OgaShutdown();

    [LibraryImport(Library)]
    public static partial void OgaSetTelemetryEnabled([MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaCreateConfig(string path, out ConfigHandle config);

    [LibraryImport(Library)]
    public static partial void OgaDestroyConfig(nint config);

    [LibraryImport(Library)]
    public static partial nint OgaConfigClearProviders(ConfigHandle config);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaConfigAppendProvider(ConfigHandle config, string provider);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaConfigSetProviderOption(ConfigHandle config, string provider, string key, string value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaConfigOverlay(ConfigHandle config, string json);

    [LibraryImport(Library)]
    public static partial nint OgaCreateModelFromConfig(ConfigHandle config, out ModelHandle model);

    [LibraryImport(Library)]
    public static partial void OgaDestroyModel(nint model);

    [LibraryImport(Library)]
    public static partial nint OgaModelGetType(ModelHandle model, out byte* type);

    [LibraryImport(Library)]
    public static partial nint OgaModelGetDeviceType(ModelHandle model, out byte* type);

    [LibraryImport(Library)]
    public static partial void OgaDestroyString(byte* text);

    [LibraryImport(Library)]
    public static partial nint OgaCreateGeneratorParams(ModelHandle model, out GeneratorParamsHandle parameters);

    [LibraryImport(Library)]
    public static partial void OgaDestroyGeneratorParams(nint parameters);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaGeneratorParamsSetSearchNumber(GeneratorParamsHandle parameters, string name, double value);

    [LibraryImport(Library)]
    public static partial nint OgaCreateGenerator(ModelHandle model, GeneratorParamsHandle parameters, out GeneratorHandle generator);

    [LibraryImport(Library)]
    public static partial void OgaDestroyGenerator(nint generator);

    [LibraryImport(Library)]
    public static partial nint OgaGenerator_AppendTokens(GeneratorHandle generator, int* tokens, nuint count);

    [LibraryImport(Library)]
    public static partial nint OgaGenerator_GenerateNextToken(GeneratorHandle generator);

    [LibraryImport(Library)]
    public static partial nint OgaGenerator_RewindTo(GeneratorHandle generator, nuint length);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaGenerator_SetRuntimeOption(GeneratorHandle generator, string key, string value);

    [LibraryImport(Library)]
    public static partial nint OgaGenerator_GetLogits(GeneratorHandle generator, out nint logits);

    [LibraryImport(Library)]
    public static partial nint OgaGenerator_SetLogits(GeneratorHandle generator, nint logits);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaGenerator_GetOutput(GeneratorHandle generator, string name, out TensorHandle output);

    [LibraryImport(Library)]
    public static partial nint OgaCreateTensorFromBuffer(void* data, long* shape, nuint rank, ElementType type, out nint tensor);

    [LibraryImport(Library)]
    public static partial void OgaDestroyTensor(nint tensor);

    [LibraryImport(Library)]
    public static partial nint OgaTensorGetType(nint tensor, out ElementType type);

    [LibraryImport(Library)]
    public static partial nint OgaTensorGetShapeRank(nint tensor, out nuint rank);

    [LibraryImport(Library)]
    public static partial nint OgaTensorGetShape(nint tensor, long* shape, nuint rank);

    [LibraryImport(Library)]
    public static partial nint OgaTensorGetData(nint tensor, out void* data);

    [LibraryImport(Library)]
    public static partial nint OgaCreateAdapters(ModelHandle model, out AdaptersHandle adapters);

    [LibraryImport(Library)]
    public static partial void OgaDestroyAdapters(nint adapters);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaLoadAdapter(AdaptersHandle adapters, string path, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OgaSetActiveAdapter(GeneratorHandle generator, AdaptersHandle adapters, string name);
}
