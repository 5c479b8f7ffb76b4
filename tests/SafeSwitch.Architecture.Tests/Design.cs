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

    /// <summary>The namespace in which .NET expects the extensions of a service collection.</summary>
    public const string ServiceCollectionNamespace = "Microsoft.Extensions.DependencyInjection";
}
