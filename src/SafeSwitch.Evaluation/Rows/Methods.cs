namespace SafeSwitch.Evaluation;

/// <summary>Names of the methods compared, beside the policies and monitors.</summary>
public static class Methods
{
    /// <summary>The model as it is.</summary>
    public const string Unguarded = "unguarded";

    /// <summary>The model as it is, told in a system message to refuse what is harmful.</summary>
    public const string SafetyPrompt = "safety prompt";

    /// <summary>The refusal adapter on for every request: what refusing costs when nothing decides.</summary>
    public const string AlwaysOn = "always on";

    /// <summary>The paper's form: its probes at a fixed threshold, and the same adapter. See <see cref="ReferenceForm"/>.</summary>
    public const string Reference = "reference";

    /// <summary>What a suite calls the bundle's policies together.</summary>
    internal const string Policies = "policies";

    internal static IReadOnlyList<string> Fixed { get; } = [Unguarded, SafetyPrompt, AlwaysOn, Reference];
}
