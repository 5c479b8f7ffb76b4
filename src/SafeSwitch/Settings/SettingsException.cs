namespace SafeSwitch.Settings;

/// <summary>What a host has set can't be used. <see cref="Problems"/> lists everything that was found wrong with it.</summary>
public sealed class SettingsException : SafeSwitchException
{
    /// <summary>A refusal for the given reasons.</summary>
    /// <param name="subject">Whose settings, such as <c>SafeSwitch</c> or <c>OnnxRuntimeOptions</c>.</param>
    /// <param name="problems">At least one.</param>
    /// <param name="innerException">What led to it.</param>
    /// <exception cref="ArgumentException">There is no problem to report.</exception>
    public SettingsException(string subject, IReadOnlyList<SettingProblem> problems, Exception? innerException = null)
        : base(Describe(subject, problems), innerException) => Problems = problems;

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0002";

    /// <summary>Everything that was found wrong; at least one entry.</summary>
    public IReadOnlyList<SettingProblem> Problems { get; }

    /// <summary>Refuses options that are out of their ranges.</summary>
    /// <exception cref="SettingsException">Something is wrong with them; everything is listed.</exception>
    public static void ThrowIfInvalid(ICheckedSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var problems = settings.Check().ToArray();
        if (problems.Length > 0)
            throw new SettingsException(settings.GetType().Name, problems);
    }

    private static string Describe(string subject, IReadOnlyList<SettingProblem> problems)
    {
        if (problems is not { Count: > 0 })
            throw new ArgumentException("A refusal needs a problem.", nameof(problems));
        var header = problems.Count == 1 ? $"{subject} can't be used as it is set" : $"{subject} can't be used as it is set, for {problems.Count} reasons";
        return $"{header}:{string.Concat(problems.Select(p => $"{Environment.NewLine}  {p}"))}";
    }
}
