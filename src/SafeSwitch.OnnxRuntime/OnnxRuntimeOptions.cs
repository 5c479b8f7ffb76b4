using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime;

/// <summary>How ONNX Runtime runs the decoder.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>Threads of one run; <see langword="null"/> for what <c>genai_config.json</c> says, or else the available processors.</summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>
    /// <c>cpu</c> or <c>cuda</c>. The latter needs the GPU package of ONNX Runtime (build with <c>-p:SafeSwitchAccelerator=Cuda</c>).
    /// </summary>
    /// <value><c>cpu</c></value>
    public string ExecutionProvider { get; set; } = "cpu";

    /// <summary>Settings of the execution provider by its own names, such as <c>device_id</c>.</summary>
    public IDictionary<string, string> ProviderOptions { get; } = new Dictionary<string, string>();

    /// <summary>How far ONNX Runtime rewrites graphs when it loads them.</summary>
    /// <value>All optimisations.</value>
    public GraphOptimizationLevel GraphOptimization { get; set; } = GraphOptimizationLevel.ORT_ENABLE_ALL;

    /// <summary>The least severe message that ONNX Runtime writes to standard error.</summary>
    /// <value>Errors.</value>
    public OrtLoggingLevel LogSeverity { get; set; } = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;

    /// <summary>Most bytes of KV cache kept for sessions to come once theirs are disposed.</summary>
    /// <value>256 MiB</value>
    public long IdleCacheBytes { get; set; } = 256L << 20;
}
