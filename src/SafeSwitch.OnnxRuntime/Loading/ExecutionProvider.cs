using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Loading;

/// <summary>Turns this backend's options into those of an ONNX Runtime session.</summary>
internal static class ExecutionProvider
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";

    public static SessionOptions CreateOptions(OnnxRuntimeOptions options, GenAIConfig config)
    {
        var session = new SessionOptions
        {
            // .NET counts what a container is allowed; ONNX Runtime by itself counts what the machine has.
            IntraOpNumThreads = options.IntraOpThreads ?? config.IntraOpThreads ?? Environment.ProcessorCount,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = options.GraphOptimization switch
            {
                GraphOptimization.None => GraphOptimizationLevel.ORT_DISABLE_ALL,
                GraphOptimization.Basic => GraphOptimizationLevel.ORT_ENABLE_BASIC,
                GraphOptimization.Extended => GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
                _ => GraphOptimizationLevel.ORT_ENABLE_ALL,
            },
            LogSeverityLevel = options.LogSeverity switch
            {
                LogLevel.Trace or LogLevel.Debug => OrtLoggingLevel.ORT_LOGGING_LEVEL_VERBOSE,
                LogLevel.Information => OrtLoggingLevel.ORT_LOGGING_LEVEL_INFO,
                LogLevel.Warning => OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING,
                LogLevel.Error => OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                _ => OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            },
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

    public static CacheMemory CreateDeviceMemory(OnnxRuntimeOptions options, InferenceSession session)
    {
        var device = options.ProviderOptions.TryGetValue("device_id", out var id) ? int.Parse(id, CultureInfo.InvariantCulture) : 0;
        using var same = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        Append(same, options);
        return CacheMemory.Cuda(session, device, new ZeroFill(same));
    }

    /// <summary>Has a session run on the provider that the options name.</summary>
    /// <exception cref="SafeSwitchException">There is no such provider, or it can't be used here.</exception>
    public static void Append(SessionOptions session, OnnxRuntimeOptions options)
    {
        switch (options.ExecutionProvider)
        {
            case Cpu:
                break;
            case Cuda:
                AppendCuda(session, options);
                break;
            default:
                throw new SafeSwitchException($"OnnxRuntime: ExecutionProvider: found '{options.ExecutionProvider}', expected {Cpu} or {Cuda}.");
        }
    }

    private static void AppendCuda(SessionOptions session, OnnxRuntimeOptions options)
    {
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(new Dictionary<string, string>(options.ProviderOptions));
            session.AppendExecutionProvider_CUDA(cuda);
        }
        catch (Exception e) when (e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
        {
            throw new SafeSwitchException(
                $"OnnxRuntime: ExecutionProvider: found '{Cuda}', which can't be used here ({e.Message}); expected {Cpu}, or the package Microsoft.ML.OnnxRuntime.Gpu.Linux or .Windows in the place of Microsoft.ML.OnnxRuntime (ExcludeAssets=\"all\"), on a machine with CUDA and cuDNN.", e);
        }
    }
}
