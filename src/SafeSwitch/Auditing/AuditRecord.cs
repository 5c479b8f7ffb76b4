using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SafeSwitch.Monitoring;
using SafeSwitch.Settings;

namespace SafeSwitch.Auditing;

/// <summary>What the guard made of one request: enough to answer for it later and to set thresholds by, and no text.</summary>
public sealed record AuditRecord
{
    /// <summary>When the request ended.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Name of the guarded model among several in one host; empty for the only one.</summary>
    public string Client { get; init => field = value ?? ""; } = "";

    /// <summary>The policy's name; <c>request</c> for a policy of the request's own, <c>unguarded</c> for none.</summary>
    public required string Policy { get; init; }

    /// <summary>SHA-256 of the bundle's <c>safeswitch.json</c>, in lower-case hexadecimal, which stands for every byte of the bundle.</summary>
    public required string Bundle { get; init; }

    /// <summary>The model that answered.</summary>
    public required string Model { get; init; }

    /// <summary>Probability that the request is harmful, in [0, 1]; <see langword="null"/> if it was not scored.</summary>
    public float? PromptScore { get; init; }

    /// <summary>The guard of the policy that decided, if the policy has further ones and one of them did.</summary>
    public string? Guard { get; init; }

    /// <summary>What the probe that decided tells, such as <c>harm</c>.</summary>
    public string? Label { get; init; }

    /// <summary>The threshold that <see cref="PromptScore"/> was compared with.</summary>
    public double? PromptThreshold { get; init; }

    /// <summary>How surely the request is of a kind that the prompt probe never learned to read, in [0, 1], with its threshold at 0.5;
    /// <see langword="null"/> if the probe does not tell.</summary>
    public float? OutOfDistribution { get; init; }

    /// <summary>Probability that the model complies, in [0, 1], at the last look; <see langword="null"/> if it was not scored.</summary>
    public float? ResponseScore { get; init; }

    /// <summary>The threshold that <see cref="ResponseScore"/> was compared with.</summary>
    public double? ResponseThreshold { get; init; }

    /// <summary>
    /// What the monitor asked for last; <see langword="null"/> if it was not asked. Under a policy that only observes,
    /// <see cref="VerdictAction.Intervene"/> stands beside an answer that was not changed.
    /// </summary>
    public VerdictAction? Action { get; init; }

    /// <summary>Whether the answer was changed.</summary>
    public bool Intervened { get; init; }

    /// <summary>Whether the monitor failed.</summary>
    public bool MonitorFailed { get; init; }

    /// <summary>How a request ended that gave no answer: <c>timeout</c>, <c>cancelled</c>, <c>abandoned</c>, or an exception's type.</summary>
    public string? Error { get; init; }

    /// <summary>Tokens of the prompt; <see langword="null"/> if there was no answer.</summary>
    public int? PromptTokens { get; init; }

    /// <summary>
    /// HMAC-SHA-256 of the request's messages under a salt of the sink's (<see cref="IAuditSink.Salt"/>), in lower-case hexadecimal: equal
    /// requests are known to be equal, and nobody without the salt can try what they were. <see langword="null"/> where the sink has none.
    /// </summary>
    public string? PromptHash { get; init; }
}

/// <summary>How records are written: a line each, snake case, enums by name, nothing for null; unknown fields are refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AuditRecord))]
internal sealed partial class AuditJson : JsonSerializerContext
{
    private static readonly Lazy<JsonTypeInfo<AuditRecord>> Read = new(() => SchemaReference.ReaderOf<AuditRecord>(new JsonSerializerOptions(Default!.Options)
    {
        Converters = { new JsonStringEnumConverter<VerdictAction>(namingPolicy: null, allowIntegerValues: false) },
    }));

    /// <summary>How a line is read.</summary>
    public static JsonTypeInfo<AuditRecord> Line => Read.Value;
}
