using System.Text.Json.Serialization;

namespace SafeSwitch.Backends;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">
/// Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c> or what the model's template knows. These four are taken in any
/// case, as <c>ChatRole</c> compares them.
/// </param>
/// <param name="Content">What is said.</param>
public sealed record PromptMessage(string Role, string Content)
{
    /// <summary>The role of who asks.</summary>
    public const string UserRole = "user";

    private const string SystemRole = "system";
    private const string AssistantRole = "assistant";
    private const string ToolRole = "tool";

    /// <summary>Who speaks.</summary>
    public string Role { get; init; } = Known(Role);

    /// <summary>Tools that the model called in this turn of its own.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init => field = value ?? []; } = [];

    /// <summary>Of a tool's result: the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Of a tool's result: the tool.</summary>
    public string? ToolName { get; init; }

    /// <summary>Whether its text comes from outside though it stands in the system's or the model's place, as in a request that a server was sent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsFromOutside { get; init; }

    /// <summary>
    /// Whether the probes read it: every message does but the host's own system text and the model's own turns, so that a tool's
    /// result, a document or a role that nobody knows is looked at.
    /// </summary>
    public bool IsContent => IsFromOutside || Role is not (SystemRole or AssistantRole);

    /// <summary>A message of the user.</summary>
    public static PromptMessage User(string content) => new(UserRole, content);

    /// <summary>A message of the system.</summary>
    public static PromptMessage System(string content) => new(SystemRole, content);

    /// <summary>What a tool answered to a call.</summary>
    public static PromptMessage ToolResult(string content, string callId, string? toolName) => new(ToolRole, content) { ToolCallId = callId, ToolName = toolName };

    /// <summary>An earlier answer.</summary>
    public static PromptMessage Assistant(string content) => new(AssistantRole, content);

    private static string Known(string role)
    {
        foreach (var known in (ReadOnlySpan<string>)[UserRole, SystemRole, AssistantRole, ToolRole])
        {
            if (known.Equals(role, StringComparison.OrdinalIgnoreCase))
                return known;
        }

        return role;
    }
}
