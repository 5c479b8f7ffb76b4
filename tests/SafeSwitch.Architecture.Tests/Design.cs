namespace SafeSwitch.Architecture.Tests;

/// <summary>
/// What the architecture tests hold the code to. A change here is a change of the design: say why in the commit.
/// </summary>
internal static class Design
{
    /// <summary>The projects, lowest first, and which others the code of each uses, whether its project file names them or they come with another.</summary>
    public static readonly IReadOnlyList<(string Project, string[] Uses)> Arrows =
    [
        ("SafeSwitch", []),
        ("SafeSwitch.Tokenization", []),
        ("SafeSwitch.Onnx", ["SafeSwitch"]),
        ("SafeSwitch.OnnxRuntime", ["SafeSwitch", "SafeSwitch.Tokenization", "SafeSwitch.Onnx"]),

        // The probe runner and the prompt tokenizer of the default backend serve this one too.
        ("SafeSwitch.OnnxRuntimeGenAI", ["SafeSwitch", "SafeSwitch.Onnx", "SafeSwitch.OnnxRuntime"]),
        ("SafeSwitch.Instrumentation", ["SafeSwitch", "SafeSwitch.Onnx"]),
        ("SafeSwitch.Training", ["SafeSwitch", "SafeSwitch.Onnx", "SafeSwitch.OnnxRuntime", "SafeSwitch.Instrumentation"]),
        ("SafeSwitch.Evaluation", ["SafeSwitch", "SafeSwitch.Onnx", "SafeSwitch.OnnxRuntime", "SafeSwitch.Training"]),

        // The web server in front of the guard. Which backend runs behind it is the host's.
        ("SafeSwitch.Server", ["SafeSwitch"]),

        // The tool has a verb for each of them.
        ("SafeSwitch.Cli",
        [
            "SafeSwitch", "SafeSwitch.Tokenization", "SafeSwitch.Onnx", "SafeSwitch.OnnxRuntime", "SafeSwitch.Instrumentation", "SafeSwitch.Training",
            "SafeSwitch.Evaluation", "SafeSwitch.Server",
        ]),
    ];

    /// <summary>The namespace in which .NET expects the extensions of a service collection.</summary>
    public const string ServiceCollectionNamespace = "Microsoft.Extensions.DependencyInjection";
}
