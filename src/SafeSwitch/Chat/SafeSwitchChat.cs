using Microsoft.Extensions.AI;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Chat;

/// <summary>What a chat host says to the guard, and what the guard says back.</summary>
public static class SafeSwitchChat
{
    /// <summary>Key of the <see cref="GenerationResult"/> in the additional properties of a response's last message or update.</summary>
    public const string ResultKey = "safeswitch.result";

    /// <summary>Key of the tokens that an intervention threw away, in the additional counts of the usage.</summary>
    public const string DiscardedTokensKey = "safeswitch.discarded_tokens";

    internal const string KeyPrefix = "safeswitch.";
    internal const string PolicyKey = KeyPrefix + "policy";

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

    /// <summary>What the guard concluded about a response; <see langword="null"/> if it did not come through one.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is <see langword="null"/>.</exception>
    public static SafetyVerdict? GetSafetyVerdict(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        // A response put together from updates keeps their properties with the message.
        foreach (var properties in response.Messages.Select(m => m.AdditionalProperties).Prepend(response.AdditionalProperties))
        {
            if (properties?.GetValueOrDefault(ResultKey) is GenerationResult result)
                return result.Verdict;
        }

        return null;
    }

    private static ChatOptions With(ChatOptions options, object policy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(policy);
        options.AdditionalProperties ??= [];
        options.AdditionalProperties[PolicyKey] = policy;
        return options;
    }
}
