namespace SafeSwitch.Settings;

/// <summary>One setting that can't be used.</summary>
/// <param name="Setting">Which one: its path in the configuration, or its property's name.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
public sealed record SettingProblem(string Setting, string Found, string Expected)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Setting}: found {Found}, expected {Expected}";
}

/// <summary>
/// Options that know their own ranges. Every way in asks them: configuration, code, files, and the constructor of what they are for.
/// </summary>
public interface ICheckedSettings
{
    /// <summary>Everything that is wrong with the values as they are now, by property; empty if they can be used.</summary>
    IEnumerable<SettingProblem> Check();
}
