using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Adapters;

/// <summary>A model's adapters in native memory, and two that hold nothing but the gate, at 0 and at 1.</summary>
internal sealed class AdapterSet : IDisposable
{
    public const string OpenGate = "\u0001open";
    public const string ClosedGate = "\u0001closed";

    private AdapterSet(AdaptersHandle handle, bool hasGate)
    {
        Handle = handle;
        HasGate = hasGate;
    }

    public AdaptersHandle Handle { get; }

    /// <summary>Whether the graph has a gate, so that an adapter can be silenced.</summary>
    public bool HasGate { get; }

    /// <param name="model">The model.</param>
    /// <param name="files">Adapter files by name.</param>
    /// <param name="gateType">Type of the graph's gate; <see langword="null"/> if it has none.</param>
    public static AdapterSet Load(ModelHandle model, IReadOnlyDictionary<string, string> files, ElementType? gateType)
    {
        var handle = NativeResult.Check(NativeMethods.OgaCreateAdapters(model, out var created), created);
        try
        {
            foreach (var (name, file) in files)
            {
                NativeResult.Check(NativeMethods.OgaLoadAdapter(handle, file, name));
            }

            var hasGate = gateType is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 && files.Count > 0;
            if (hasGate)
            {
                LoadGate(handle, OpenGate, gateType!.Value, isOpen: true);
                LoadGate(handle, ClosedGate, gateType!.Value, isOpen: false);
            }

            return new AdapterSet(handle, hasGate);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => Handle.Dispose();

    // The library reads adapters from files alone, as a whole.
    private static void LoadGate(AdaptersHandle adapters, string name, ElementType type, bool isOpen)
    {
        var file = Path.GetTempFileName();
        try
        {
            var gate = new AdapterTensor(GraphNames.LoraGate, [1, 1, 1], type, type.ToBytes([isOpen ? 1 : 0]));
            new AdapterFile { Tensors = [gate] }.Save(file);
            NativeResult.Check(NativeMethods.OgaLoadAdapter(adapters, file, name));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
