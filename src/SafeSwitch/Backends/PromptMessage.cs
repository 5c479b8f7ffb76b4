namespace SafeSwitch.Backends;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c> or what the model's template knows.</param>
/// <param name="Content">What is said.</param>
public sealed record PromptMessage(string Role, string Content)
{
    /// <summary>The role whose content the probes read.</summary>
    public const string UserRole = "user";

    /// <summary>A message of the user.</summary>
    public static PromptMessage User(string content) => new(UserRole, content);

    /// <summary>A message of the system.</summary>
    public static PromptMessage System(string content) => new("system", content);

    /// <summary>An earlier answer.</summary>
    public static PromptMessage Assistant(string content) => new("assistant", content);
}
