using System.ComponentModel.DataAnnotations;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Suites;

/// <summary>An evaluation as data: which rows, which methods, how far to decode. A JSON file, beside the model or the data.</summary>
public sealed record EvaluationSuite
{
    /// <summary>The suite's name, the report's title.</summary>
    public required string Name { get; init; }

    /// <summary>Data files of labelled rows: beside the suite, or else in the data folder.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Which rows: <c>train</c>, <c>validation</c>, <c>test</c>, <c>seen</c> (all but test) or <c>all</c>.</summary>
    /// <value><c>test</c>.</value>
    public string Split { get; init; } = DataSplits.Test;

    /// <summary>At most that many rows, spread evenly over all; <see langword="null"/> for all.</summary>
    [Range(1, int.MaxValue)]
    public int? Limit { get; init; }

    /// <summary>Requests of each label that are also evaluated, each in every disguise (<see cref="AttackRows"/>); 0 for none.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 100_000)]
    public int Attacks { get; init; }

    /// <summary>What is compared with the unguarded model, which is always there: <c>safety prompt</c>, <c>always on</c>,
    /// <c>reference</c>, <c>policies</c>.</summary>
    /// <value>All that the suite has what it takes for.</value>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>The bundle's policies that are compared, by name; <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? Policies { get; init; }

    /// <summary>The text of the safety prompt.</summary>
    /// <value><see cref="Evaluation.SafetyPrompt.DefaultText"/>.</value>
    public string SafetyPrompt { get; init; } = Evaluation.SafetyPrompt.DefaultText;

    /// <summary>The reference probe.</summary>
    public SuiteReference? Reference { get; init; }

    /// <summary>Refusal texts by kind of harm, to tell whether a refusal names its topic.</summary>
    /// <value><c>training/refusals.json</c> of the bundle, where there is one.</value>
    public string? Refusals { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    /// <value>The default is 32: enough to tell a refusal from an answer.</value>
    [Range(1, 4096)]
    public int AnswerTokens { get; init; } = 32;

    /// <summary>Most tokens of an answer to a row with <c>answer</c>, at least <see cref="AnswerTokens"/>.</summary>
    /// <value>The default is 96.</value>
    [Range(1, 4096)]
    public int UtilityTokens { get; init; } = 96;

    /// <summary>Most tokens of a refusal.</summary>
    /// <value>The default is 48.</value>
    [Range(1, 4096)]
    public int RefusalTokens { get; init; } = 48;

    /// <summary>The default policy runs every n-th row once more with nothing replayed, and must give the same tokens; 0 for no row.</summary>
    /// <value>The default is 20.</value>
    [Range(0, int.MaxValue)]
    public int CheckEvery { get; init; } = 20;

    /// <summary>Whether a method is compared.</summary>
    internal bool Compares(string method) =>
        Methods?.Contains(method, StringComparer.Ordinal) ?? (method != Evaluation.Methods.Reference || Reference is not null);
}

/// <summary>Probes to compare with, see <see cref="ReferenceForm"/>.</summary>
public sealed record SuiteReference
{
    /// <summary>The graph of the probe on the prompt: beside the suite, in the bundle, or in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>The graph of the probe on the answer's first tokens, likewise; <see langword="null"/> for a form without one.</summary>
    public string? ResponseFile { get; init; }

    /// <summary>The threshold of each, in [0, 1].</summary>
    /// <value>0.5, as in the paper.</value>
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = ReferenceForm.DefaultThreshold;

    /// <summary>Tokens of the answer that the second one looks at, at least 1.</summary>
    /// <value>3, as in the paper.</value>
    public int PilotTokens { get; init; } = ReferenceForm.DefaultPilotTokens;
}
