namespace SafeSwitch.Bundles;

/// <summary>A bundle is refused. <see cref="Problems"/> lists everything that was found wrong with it.</summary>
public sealed class BundleException : SafeSwitchException
{
    /// <summary>A refusal for the given reasons.</summary>
    /// <exception cref="ArgumentException">There is no problem to report.</exception>
    public BundleException(string folder, IReadOnlyList<BundleProblem> problems, Exception? innerException = null)
        : base(Describe(folder, problems), innerException)
    {
        Folder = folder;
        Problems = problems;
    }

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0003";

    /// <summary>The bundle's folder.</summary>
    public string Folder { get; }

    /// <summary>Everything that was found wrong; at least one entry.</summary>
    public IReadOnlyList<BundleProblem> Problems { get; }

    private static string Describe(string folder, IReadOnlyList<BundleProblem> problems)
    {
        if (problems.Count == 0)
            throw new ArgumentException("A refusal needs a problem.", nameof(problems));
        var header = problems.Count == 1
            ? $"The bundle '{folder}' can't be used"
            : $"The bundle '{folder}' can't be used, for {problems.Count} reasons";
        return $"{header}:{string.Concat(problems.Select(p => $"{Environment.NewLine}  {p}"))}";
    }
}
