using Microsoft.Extensions.Logging;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntime;

/// <summary>How ONNX Runtime runs the decoder. In configuration: the section <c>OnnxRuntime</c> beside <c>BundlePath</c>.</summary>
public sealed class OnnxRuntimeOptions : ICheckedSettings
{
    /// <summary>Threads of one run, in [1, 1024]; <see langword="null"/> for what <c>genai_config.json</c> says, or else the available processors.</summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>
    /// <c>cpu</c> or <c>cuda</c>. The latter needs the GPU package of ONNX Runtime in the place of the usual one: see <c>docs/gpu.md</c>.
    /// </summary>
    /// <value><c>cpu</c></value>
    public string ExecutionProvider { get; set; } = "cpu";

    /// <summary>Settings of the execution provider by its own names, such as <c>device_id</c>.</summary>
    public IDictionary<string, string> ProviderOptions { get; } = new Dictionary<string, string>();

    /// <summary>How far ONNX Runtime rewrites graphs when it loads them.</summary>
    /// <value>All optimisations.</value>
    public GraphOptimization GraphOptimization { get; set; } = GraphOptimization.All;

    /// <summary>The least severe message that ONNX Runtime writes to standard error.</summary>
    /// <value>Errors.</value>
    public LogLevel LogSeverity { get; set; } = LogLevel.Error;

    /// <summary>Most bytes of KV cache kept for sessions to come once theirs are disposed; not negative.</summary>
    /// <value>256 MiB</value>
    public long IdleCacheBytes { get; set; } = 256L << 20;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check()
    {
        if (IntraOpThreads is { } threads and (< 1 or > 1024))
            yield return new(nameof(IntraOpThreads), $"{threads}", "a number in [1, 1024], or nothing");
        if (ExecutionProvider is not ("cpu" or "cuda"))
            yield return new(nameof(ExecutionProvider), $"'{ExecutionProvider}'", "cpu or cuda");
        if (!Enum.IsDefined(GraphOptimization))
            yield return new(nameof(GraphOptimization), $"{(int)GraphOptimization}", string.Join(" or ", Enum.GetNames<GraphOptimization>()));
        if (!Enum.IsDefined(LogSeverity))
            yield return new(nameof(LogSeverity), $"{(int)LogSeverity}", string.Join(" or ", Enum.GetNames<LogLevel>()));
        if (IdleCacheBytes < 0)
            yield return new(nameof(IdleCacheBytes), $"{IdleCacheBytes}", "0 or more");
    }
}

/// <summary>How far ONNX Runtime rewrites a graph.</summary>
public enum GraphOptimization
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>What changes no numbers and suits every provider.</summary>
    Basic,

    /// <summary>Operators are fused in the provider's own ways.</summary>
    Extended,

    /// <summary>Memory is laid out in the provider's own way, too.</summary>
    All,
}
