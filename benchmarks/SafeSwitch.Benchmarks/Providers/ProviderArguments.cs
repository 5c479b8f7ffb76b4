using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>What the command line of <c>provider</c> says.</summary>
internal sealed record ProviderArguments
{
    public const string Usage = """
        provider NAME [--model DIR] [--reference DIR] [--prompts FILE] [--rounds N] [--threads N] [--option KEY=VALUE]... [--log LEVEL]
          NAME      the execution provider to hold against the CPU: cuda, or cpu to try the check itself
          --model   a bundle; the shipped one by default
          --reference the bundle that the CPU runs, such as the same one before it was made fp16; the same by default
          --prompts a file of JSON lines with "prompt" and "harmful"; a few dozen built-in ones by default
          --rounds  rounds of timing, 5 by default; 0 leaves the timing out
          --threads threads of the CPU's runs; all processors by default
          --option  an option of the provider by its own name, such as use_tf32=0
          --log     the least severe message that ONNX Runtime writes: verbose, info, warning, error (default) or fatal
        """;

    public required string Provider { get; init; }

    public string Model { get; init; } = "";

    public string? Reference { get; init; }

    public string? PromptsFile { get; init; }

    public int Rounds { get; init; } = 5;

    public int? Threads { get; init; }

    public OrtLoggingLevel Log { get; init; } = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;

    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <exception cref="FormatException">It is none that <see cref="Usage"/> allows.</exception>
    public static ProviderArguments Parse(string[] args)
    {
        if (args is not [var name, .. var rest] || name.StartsWith('-'))
            throw new FormatException("Which provider?");
        var parsed = new ProviderArguments { Provider = name };
        var options = new Dictionary<string, string>();
        for (; rest is [var key, var value, .. var others]; rest = others)
        {
            parsed = key switch
            {
                "--model" => parsed with { Model = value },
                "--reference" => parsed with { Reference = value },
                "--prompts" => parsed with { PromptsFile = value },
                "--rounds" => parsed with { Rounds = Number(value) },
                "--threads" => parsed with { Threads = Number(value) },
                "--log" => parsed with { Log = Level(value) },
                "--option" when value.IndexOf('=', StringComparison.Ordinal) is > 0 and var at => Remember(value[..at], value[(at + 1)..]),
                _ => throw new FormatException($"'{key} {value}' is not among what can be said."),
            };
        }

        return rest.Length == 0 ? parsed with { Options = options } : throw new FormatException($"'{rest[0]}' needs a value.");

        ProviderArguments Remember(string key, string value)
        {
            options[key] = value;
            return parsed;
        }
    }

    /// <summary>The options of a backend on a provider of this run.</summary>
    public OnnxRuntimeOptions For(string provider)
    {
        var made = new OnnxRuntimeOptions { ExecutionProvider = provider, IntraOpThreads = Threads, LogSeverity = Log };
        if (provider == Provider)
        {
            foreach (var (key, value) in Options)
                made.ProviderOptions[key] = value;
        }

        return made;
    }

    private static int Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException($"'{value}' is no number.");

    private static OrtLoggingLevel Level(string value) =>
        Enum.TryParse<OrtLoggingLevel>("ORT_LOGGING_LEVEL_" + value, ignoreCase: true, out var level)
            ? level
            : throw new FormatException($"'{value}' is no level.");
}
