using System.ComponentModel.DataAnnotations;
using SafeSwitch.Settings;

namespace SafeSwitch.Auditing;

/// <summary>Where an <see cref="AuditFile"/> writes and how much it keeps.</summary>
public sealed class AuditFileOptions : ICheckedSettings
{
    /// <summary>The smallest <see cref="MaxBytes"/>.</summary>
    public const long SmallestMaxBytes = 1 << 12;

    /// <summary>The file, absolute or relative to the host's content root. Its folder is made. One writer at a time: a file of its own for each guarded model and process.</summary>
    /// <value>The default is <c>audit.jsonl</c>.</value>
    public string Path { get; set; } = "audit.jsonl";

    /// <summary>Length from which on a new file is begun; the old one gets the time into its name. At least <see cref="SmallestMaxBytes"/>.</summary>
    /// <value>The default is 64 MiB, some two hundred thousand requests.</value>
    [Range(SmallestMaxBytes, long.MaxValue)]
    public long MaxBytes { get; set; } = 64 << 20;

    /// <summary>Old files that are kept beside the current one; the oldest go first. At least 1.</summary>
    /// <value>The default is 16.</value>
    [Range(1, int.MaxValue)]
    public int MaxFiles { get; set; } = 16;

    /// <summary>The secret that prompts are hashed with, of at least 16 characters; <see langword="null"/> for no hash.</summary>
    public string? Salt { get; set; }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (string.IsNullOrWhiteSpace(Path))
            yield return new(nameof(Path), "an empty name", "a file");
        if (Salt is { Length: < 16 })
            yield return new(nameof(Salt), $"{Salt.Length} characters", "at least 16, or nothing for no hash");
    }
}
