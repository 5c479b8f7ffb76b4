using Microsoft.Extensions.Configuration;
using SafeSwitch.Settings;

namespace SafeSwitch.Server.Settings;

/// <summary>
/// What a server lets its callers do. From configuration:
/// <code>
/// "SafeSwitchServer": {
///   "ApiKeys": [{ "Name": "shop", "Sha256": "5e88…" }],
///   "Policies": ["strict"],
///   "Limits": { "RequestsPerMinute": 60 }
/// }
/// </code>
/// </summary>
public sealed class SafeSwitchServerOptions : ICheckedSettings, IBindsSections
{
    /// <summary>Guarded models that are served, by the names that <c>AddSafeSwitch</c> gave them. The name is the model's id for callers; that of an
    /// unnamed one is the name of its bundle's folder.</summary>
    /// <value>Empty for the unnamed one.</value>
    public IList<string> Models { get; } = [];

    /// <summary>Who may call.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

    /// <summary>Whether anybody may call, without a key. A server has either keys or this.</summary>
    public bool AllowAnonymous { get; set; }

    /// <summary>Policies that a request may name, by a header or in its metadata. None may be weaker than <see cref="Floor"/>.</summary>
    public IList<string> Policies { get; } = [];

    /// <summary>The policy that no request is guarded less than.</summary>
    /// <value>The default is <see langword="null"/>: the guarded model's own default policy.</value>
    public string? Floor { get; set; }

    /// <summary>
    /// Whether system and developer messages are the host's own text, which no probe reads. Whoever has a key can then say there what they like.
    /// </summary>
    /// <value>The default is <see langword="false"/>: the model takes them for what they are, and the probes read them.</value>
    public bool TrustSystemMessages { get; set; }

    /// <summary>
    /// Whether turns of the assistant are the model's own, which no probe reads, because a request says so. A caller can make up turns in which the
    /// model has already agreed.
    /// </summary>
    /// <value>The default is <see langword="false"/>: those that this server has answered are, and the probes read the others.</value>
    public bool TrustAssistantMessages { get; set; }

    /// <summary>Whether answers say what the guard saw. Whoever sees scores can try which words lower them.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool ShowVerdicts { get; set; } = true;

    /// <summary>Whether there is a page at <c>/inspector/</c> that shows what the guard saw. It asks by the same keys, and needs <see cref="ShowVerdicts"/>.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Inspector { get; set; }

    /// <summary>How much of everything there may be.</summary>
    public ServerLimits Limits { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    bool IBindsSections.TryBind(IConfigurationSection section, ICollection<SettingProblem> problems)
    {
        if (section.Key.Equals(nameof(Limits), StringComparison.OrdinalIgnoreCase))
        {
            SettingsBinder.Bind(section, Limits, [], problems);
            return true;
        }

        if (!section.Key.Equals(nameof(ApiKeys), StringComparison.OrdinalIgnoreCase))
            return false;
        if (section.Value is not null)
            problems.Add(new SettingProblem(section.Path, "a value", "a list of keys"));
        foreach (var child in section.GetChildren())
        {
            var key = new ApiKeyOptions();
            SettingsBinder.Bind(child, key, [], problems);
            ApiKeys.Add(key);
        }

        return true;
    }

    private IEnumerable<SettingProblem> Between()
    {
        if (ApiKeys.Count == 0 && !AllowAnonymous)
            yield return new(nameof(ApiKeys), "none", $"at least one, or {nameof(AllowAnonymous)} set to true if everybody may call");
        if (ApiKeys.Count > 0 && AllowAnonymous)
            yield return new(nameof(AllowAnonymous), "true, and keys", "one of both");
        if (Inspector && !ShowVerdicts)
            yield return new(nameof(Inspector), "true", $"false, or {nameof(ShowVerdicts)} true: it shows nothing else");
        for (var i = 0; i < ApiKeys.Count; i++)
        {
            foreach (var problem in ApiKeys[i].Check())
                yield return problem with { Setting = $"{nameof(ApiKeys)}:{i}:{problem.Setting}" };
        }

        if (FirstTwice(ApiKeys.Select(k => k.Name)) is { } name)
            yield return new(nameof(ApiKeys), $"'{name}' twice", "each name once");
        if (FirstTwice(Models) is { } model)
            yield return new(nameof(Models), $"'{model}' twice", "each name once");
        if (Policies.Any(string.IsNullOrWhiteSpace) || FirstTwice(Policies) is not null)
            yield return new(nameof(Policies), string.Join(", ", Policies.Select(p => $"'{p}'")), "names of policies, each once");
        if (Floor is not null && string.IsNullOrWhiteSpace(Floor))
            yield return new(nameof(Floor), "an empty name", "a policy's name, or nothing for the default one");
        foreach (var problem in Limits.Check())
            yield return problem with { Setting = $"{nameof(Limits)}:{problem.Setting}" };
    }

    private static string? FirstTwice(IEnumerable<string> names) =>
        names.GroupBy(n => n, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1)?.Key;
}

/// <summary>One key of a server. The key itself is nowhere: only its hash is.</summary>
public sealed class ApiKeyOptions : ICheckedSettings
{
    /// <summary>Whose it is, for logs.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key's UTF-8 bytes, 64 hexadecimal digits. A key of at least 128 random bits needs nothing slower.</summary>
    public string Sha256 { get; set; } = "";

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check()
    {
        if (string.IsNullOrWhiteSpace(Name))
            yield return new(nameof(Name), "an empty name", "a name for logs");
        if (Sha256 is not { Length: 64 } || !Sha256.All(char.IsAsciiHexDigit))
            yield return new(nameof(Sha256), Sha256 is { Length: > 0 } ? $"{Sha256.Length} characters" : "nothing", "the key's SHA-256, 64 hexadecimal digits: printf %s KEY | sha256sum");
    }
}
