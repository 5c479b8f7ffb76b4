using Microsoft.ML.OnnxRuntime;
using SafeSwitch.OnnxRuntime.Configuration;
using OrtSessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Turns this backend's options into those of an ONNX Runtime session.</summary>
internal static class ExecutionProvider
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";

    public static OrtSessionOptions CreateOptions(OnnxRuntimeOptions options, GenAIConfig config)
    {
        var session = new OrtSessionOptions
        {
            // Hyper-threads and limits of a container are what .NET counts; ONNX Runtime's own default overlooks the latter.
            IntraOpNumThreads = options.IntraOpThreads ?? config.IntraOpThreads ?? Environment.ProcessorCount,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = options.GraphOptimization,
            LogSeverityLevel = options.LogSeverity,
        };
        try
        {
            Append(session, options);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void Append(OrtSessionOptions session, OnnxRuntimeOptions options)
    {
        switch (options.ExecutionProvider)
        {
            case Cpu:
                break;
            case Cuda:
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    cuda.UpdateOptions(new Dictionary<string, string>(options.ProviderOptions));
                    session.AppendExecutionProvider_CUDA(cuda);
                }

                break;
            default:
                throw new SafeSwitchException($"OnnxRuntime: ExecutionProvider: found '{options.ExecutionProvider}', expected {Cpu} or {Cuda}.");
        }
    }
}
