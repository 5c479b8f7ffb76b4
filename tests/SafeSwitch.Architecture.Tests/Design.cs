namespace SafeSwitch.Architecture.Tests;

/// <summary>
/// What the architecture tests hold the code to. A change here is a change of the design: say why in the commit.
/// </summary>
internal static class Design
{
    /// <summary>The projects, lowest first, and which others each may reference.</summary>
    public static readonly IReadOnlyList<(string Project, string[] MayReference)> Arrows =
    [
        ("SafeSwitch", []),
        ("SafeSwitch.Tokenization", []),
        ("SafeSwitch.Onnx", ["SafeSwitch"]),
        ("SafeSwitch.OnnxRuntime", ["SafeSwitch", "SafeSwitch.Tokenization", "SafeSwitch.Onnx"]),

        // The probe runner and the prompt tokenizer of the default backend serve this one too.
        ("SafeSwitch.OnnxRuntimeGenAI", ["SafeSwitch", "SafeSwitch.Tokenization", "SafeSwitch.Onnx", "SafeSwitch.OnnxRuntime"]),
        ("SafeSwitch.Instrumentation", ["SafeSwitch.Onnx"]),
        ("SafeSwitch.Training", ["SafeSwitch.Instrumentation", "SafeSwitch.OnnxRuntime"]),
        ("SafeSwitch.Evaluation", ["SafeSwitch.Training"]),
        ("SafeSwitch.Cli", ["SafeSwitch.Evaluation", "SafeSwitch.Training", "SafeSwitch.Instrumentation", "SafeSwitch.OnnxRuntime", "SafeSwitch.Tokenization"]),
    ];

    /// <summary>Circles that are still there, by the folder whose parts form them. Empty is the goal; nothing is added.</summary>
    public static readonly IReadOnlyDictionary<string, string[][]> KnownCircles = new Dictionary<string, string[][]>
    {
        // The namespace of the package holds its entry points and its exceptions at once.
        ["SafeSwitch.Tokenization"] = [[".", "Bpe", "Json", "Loading", "Patterns", "Pipeline", "Templates"]],
    };

    /// <summary>Friends that are still there besides a project's own tests. Empty is the goal; nothing is added.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> KnownFriends = new Dictionary<string, string[]>
    {
        ["SafeSwitch.Cli"] = ["SafeSwitch.Integration.Tests"],
        ["SafeSwitch.Evaluation"] = ["SafeSwitch.Integration.Tests"],
        ["SafeSwitch.Instrumentation"] =
        [
            "SafeSwitch.Training",
            "SafeSwitch.Cli",
            "SafeSwitch.OnnxRuntime.Tests",
            "SafeSwitch.OnnxRuntimeGenAI.Tests",
            "SafeSwitch.Training.Tests",
            "SafeSwitch.Evaluation.Tests",
            "SafeSwitch.Cli.Tests",
            "SafeSwitch.Training.Benchmarks",
            "SafeSwitch.Integration.Tests",
        ],
        ["SafeSwitch.Onnx"] = ["SafeSwitch.Integration.Tests"],
        ["SafeSwitch.OnnxRuntime"] = ["SafeSwitch.Evaluation", "SafeSwitch.OnnxRuntimeGenAI", "SafeSwitch.Integration.Tests"],
        ["SafeSwitch.OnnxRuntimeGenAI"] = ["SafeSwitch.OnnxRuntimeGenAI.Benchmarks", "SafeSwitch.Integration.Tests"],
        ["SafeSwitch.Tokenization"] = ["SafeSwitch.Integration.Tests"],
        ["SafeSwitch.Training"] = ["SafeSwitch.Evaluation.Tests", "SafeSwitch.Training.Benchmarks", "SafeSwitch.Integration.Tests"],
        ["SafeSwitch"] = ["SafeSwitch.Integration.Tests"],
    };

    /// <summary>The namespace in which .NET expects the extensions of a service collection.</summary>
    public const string ServiceCollectionNamespace = "Microsoft.Extensions.DependencyInjection";
}
