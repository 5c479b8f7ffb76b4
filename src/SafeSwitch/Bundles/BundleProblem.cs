namespace SafeSwitch.Bundles;

/// <summary>One thing that is wrong with a bundle.</summary>
/// <param name="File">The file, relative to the bundle's folder.</param>
/// <param name="Field">What in it: a JSON path, a tensor's name, or empty for the file itself.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
public sealed record BundleProblem(string File, string Field, string Found, string Expected)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Field.Length == 0 ? $"{File}: found {Found}, expected {Expected}" : $"{File}: {Field}: found {Found}, expected {Expected}";
}
