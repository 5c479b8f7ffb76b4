using Microsoft.ML.OnnxRuntime;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.OnnxRuntime.Loading;

namespace SafeSwitch.OnnxRuntime.Tests.Support;

/// <summary>
/// The execution provider that tests run decoders on: SAFESWITCH_TEST_PROVIDER, or the CPU. A GPU sums in another order, so some
/// tests allow it more; nothing that a provider must keep to itself (rewinds, adapters, sessions side by side) is left out.
/// </summary>
internal static class TestProvider
{
    private static readonly string Name =
        Environment.GetEnvironmentVariable("SAFESWITCH_TEST_PROVIDER") is { Length: > 0 } configured ? configured : "cpu";

    public static bool IsCpu => Name == "cpu";

    public static OnnxRuntimeOptions Options(int? threads = null)
    {
        var options = new OnnxRuntimeOptions { ExecutionProvider = Name, IntraOpThreads = threads, MaxBatchRows = 16 };
        // The references are computed in 32 bits; TF32 keeps 10 of the 23 bits behind the point.
        if (Name == "cuda")
            options.ProviderOptions["use_tf32"] = "0";
        return options;
    }

    /// <summary>Has a session of ONNX Runtime's own run on the provider.</summary>
    public static void Append(SessionOptions session) => ExecutionProvider.Append(session, Options());

    /// <summary>A tolerance, and the one of providers that are not the CPU.</summary>
    public static float Tolerance(float cpu, float others) => IsCpu ? cpu : others;
}
