using System.Text.Json.Nodes;

namespace SafeSwitch.Tokenization;

/// <summary>One message as a chat template sees it.</summary>
/// <param name="Role">Who speaks, such as <c>user</c>. A role of letters, digits, <c>_</c>, <c>-</c> counts as template text, since
/// templates build their special tokens around it; any other counts as content.</param>
/// <param name="Content">What is said; null where the template is to see none, as in a message that only calls tools.</param>
public sealed record TemplateMessage(string Role, string? Content)
{
    /// <summary>Further fields of the message, such as <c>name</c> or <c>tool_calls</c>. A field called <c>content</c> takes the place of
    /// <see cref="Content"/>, for messages in parts. All text in it counts as content of this message. Not to be changed while a prompt is rendered.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, JsonNode?>? Fields { get; init; }
}
