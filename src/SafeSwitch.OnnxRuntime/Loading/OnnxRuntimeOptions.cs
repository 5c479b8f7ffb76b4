using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Logging;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntime;

/// <summary>How ONNX Runtime runs the decoder. In configuration: the section <c>OnnxRuntime</c> beside <c>BundlePath</c>.</summary>
public sealed class OnnxRuntimeOptions : ICheckedSettings
{
    /// <summary>Threads of one run, in [1, 1024]; <see langword="null"/> for what <c>genai_config.json</c> says, or else the available processors.</summary>
    [Range(1, 1024)]
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
    [Range(0, long.MaxValue)]
    public long IdleCacheBytes { get; set; } = 256L << 20;

    /// <summary>
    /// Most sequences that are decoded at once, in [1, 256]: each step reads the model once for all of them. 1 runs each sequence by
    /// itself, whatever else runs; so do graphs that can't do otherwise (<see cref="SafeSwitch.Backends.LanguageModelInfo.WhyNoBatch"/>).
    /// </summary>
    /// <value>1</value>
    [Range(1, 256)]
    public int MaxBatchRows { get; set; } = 1;

    /// <summary>
    /// Most bytes of keys, values and hidden states of all sequences, above 0. What does not fit waits; what would not fit alone is refused.
    /// </summary>
    /// <value><see langword="null"/>: half of the memory that the process may use.</value>
    [Range(1, long.MaxValue)]
    public long? CacheBytes { get; set; }

    /// <summary>Most sequences that wait for room, 0 or more.</summary>
    /// <value>1024</value>
    [Range(0, int.MaxValue)]
    public int MaxWaitingSequences { get; set; } = 1024;

    /// <summary>How long a sequence waits for room, in (0, 1 day].</summary>
    /// <value>One minute.</value>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Most prompt tokens of a step, at least 2. While answers are being decoded a piece of a prompt is shorter still: it takes about as
    /// long as a step of theirs.
    /// </summary>
    /// <value>512</value>
    [Range(2, int.MaxValue)]
    public int MaxPromptTokensPerStep { get; set; } = 512;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (ExecutionProvider is not ("cpu" or "cuda"))
            yield return new(nameof(ExecutionProvider), $"'{ExecutionProvider}'", "cpu or cuda");
        if (MaxWait <= TimeSpan.Zero || MaxWait > TimeSpan.FromDays(1))
            yield return new(nameof(MaxWait), $"{MaxWait}", "above 0, at most a day");
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
