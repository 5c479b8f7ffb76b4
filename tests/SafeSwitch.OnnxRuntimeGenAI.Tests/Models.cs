using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.OnnxRuntimeGenAI.Decoding;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests;

/// <summary>Loads models with one thread a run on both backends, so that sums are added in one order.</summary>
internal static class Models
{
    public static OnnxRuntimeBackend Default { get; } = new(new OnnxRuntimeOptions { IntraOpThreads = 1 });

    /// <summary>The backend under test; skips the running test by name if the native library is absent.</summary>
    public static OnnxRuntimeGenAIBackend GenAI =>
        new(new OnnxRuntimeGenAIOptions { NativeLibrary = NativeLibraryFixture.Folder, IntraOpThreads = 1, ExecutionProvider = "cpu" });

    public static OnnxLanguageModel LoadDefault(InstrumentedModel model) =>
        OnnxLanguageModel.Load(model.Folder, null, model.Adapters, new OnnxRuntimeOptions { IntraOpThreads = 1 });

    public static GenAIModel LoadGenAI(InstrumentedModel model) => LoadGenAI(model.Folder, null, model.Adapters);

    public static GenAIModel LoadGenAI(string folder, string? graph = null, IReadOnlyDictionary<string, string>? adapters = null, bool neverAppends = false)
    {
        var options = new OnnxRuntimeGenAIOptions { NativeLibrary = NativeLibraryFixture.Folder, IntraOpThreads = 1, NeverAppends = neverAppends, ExecutionProvider = "cpu" };
        return (GenAIModel)new OnnxRuntimeGenAIBackend(options).LoadModel(folder, graph, adapters);
    }

    public static ValueTask<DecodingSession> Open(this ILanguageModel model, int capacity) => model.OpenSessionAsync(
        new DecodingOptions { Capacity = capacity, HiddenStates = model.Info.HiddenStates }, TestContext.Current.CancellationToken);
}
