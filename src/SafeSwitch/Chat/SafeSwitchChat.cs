using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Chat;

/// <summary>What a chat host says to the guard, and what the guard says back.</summary>
public static class SafeSwitchChat
{
    /// <summary>
    /// Key of the <see cref="SafetyVerdict"/>, as JSON, in the additional properties of messages and updates, so that it goes wherever they go:
    /// through caches, stored conversations, other processes. <see cref="GetSafetyVerdict(ChatResponse)"/> reads it.
    /// </summary>
    public const string VerdictKey = "safeswitch.verdict";

    /// <summary>Key of the tokens that an intervention threw away, in the additional counts of the usage.</summary>
    public const string DiscardedTokensKey = "safeswitch.discarded_tokens";

    /// <summary>
    /// Code of the <see cref="ErrorContent"/> that ends an answer which is not the JSON that was asked for. The text is given as the model wrote it.
    /// </summary>
    public const string InvalidJsonCode = "safeswitch.invalid_json";

    internal const string KeyPrefix = "safeswitch.";
    internal const string PolicyKey = KeyPrefix + "policy";
    internal const string FromOutsideKey = KeyPrefix + "from_outside";

    /// <summary>Answers this request under another policy of the host's.</summary>
    /// <param name="options">The options of the request; changed and returned.</param>
    /// <param name="policyName">The policy's name in the bundle or the host.</param>
    /// <returns>The same options.</returns>
    public static ChatOptions WithSafetyPolicy(this ChatOptions options, string policyName) => With(options, policyName);

    /// <summary>Answers this request under a policy of its own.</summary>
    /// <param name="options">The options of the request; changed and returned.</param>
    /// <param name="policy">The policy.</param>
    /// <returns>The same options.</returns>
    public static ChatOptions WithSafetyPolicy(this ChatOptions options, SafetyPolicy policy) => With(options, policy);

    /// <summary>
    /// Says that a message comes from outside whatever its role, so that the probes read it: a system message that a caller of a server has
    /// sent is not the host's own text, nor is a turn of the assistant that the model never said.
    /// </summary>
    /// <param name="message">The message; changed and returned.</param>
    /// <returns>The same message.</returns>
    public static ChatMessage FromOutside(this ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        message.AdditionalProperties ??= [];
        message.AdditionalProperties[FromOutsideKey] = true;
        return message;
    }

    /// <summary>What the guard concluded about a response; <see langword="null"/> if it did not come through one.</summary>
    /// <exception cref="JsonException">Somebody has put something else in its place.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is <see langword="null"/>.</exception>
    public static SafetyVerdict? GetSafetyVerdict(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        // A response put together from updates keeps their properties with the message; of several the last was judged last.
        return Read(response.AdditionalProperties) ?? response.Messages.Reverse().Select(m => Read(m.AdditionalProperties)).FirstOrDefault(v => v is not null);
    }

    /// <summary>
    /// What the guard had concluded when an update was released: given with the first update that knows it, and with each that knows more;
    /// <see langword="null"/> with others.
    /// </summary>
    /// <inheritdoc cref="GetSafetyVerdict(ChatResponse)"/>
    public static SafetyVerdict? GetSafetyVerdict(this ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Read(update.AdditionalProperties);
    }

    /// <summary>What the guard concluded about an answer; <see langword="null"/> if the message is none, or did not come through a guard.</summary>
    /// <inheritdoc cref="GetSafetyVerdict(ChatResponse)"/>
    public static SafetyVerdict? GetSafetyVerdict(this ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Read(message.AdditionalProperties);
    }

    /// <summary>Properties with a verdict in them.</summary>
    internal static AdditionalPropertiesDictionary With(SafetyVerdict verdict)
    {
        var properties = new AdditionalPropertiesDictionary();
        Add(properties, verdict);
        return properties;
    }

    /// <summary>Puts a verdict to properties.</summary>
    internal static void Add(AdditionalPropertiesDictionary properties, SafetyVerdict verdict) =>
        properties[VerdictKey] = JsonSerializer.SerializeToElement(verdict, VerdictJson.Default.SafetyVerdict);

    /// <summary>Whether a setting is between the host and the guard.</summary>
    internal static bool IsOurs(string key) => key.StartsWith(KeyPrefix, StringComparison.OrdinalIgnoreCase);

    private static SafetyVerdict? Read(AdditionalPropertiesDictionary? properties) => properties?.GetValueOrDefault(VerdictKey) switch
    {
        null => null,
        JsonElement json => json.Deserialize(VerdictJson.Default.SafetyVerdict),
        var other => throw new JsonException($"'{VerdictKey}': found {other.GetType().Name}, expected JSON of a verdict."),
    };

    private static ChatOptions With(ChatOptions options, object policy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(policy);
        options.AdditionalProperties ??= [];
        options.AdditionalProperties[PolicyKey] = policy;
        return options;
    }
}

/// <summary>How a verdict travels: snake case, enums by name.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SafetyVerdict))]
internal sealed partial class VerdictJson : JsonSerializerContext;
