using System.Text.Json.Nodes;
using SafeSwitch.Backends;
using SafeSwitch.Tokenization;

namespace SafeSwitch.OnnxRuntime.Prompts;

/// <summary>Tools, their calls and their results in the form in which chat templates expect them.</summary>
internal static class ToolTemplate
{
    public static TemplateOptions Options(IReadOnlyList<ToolDescription> tools) => tools.Count == 0 ? TemplateOptions.Default : new TemplateOptions
    {
        Tools = [.. tools.Select(t => new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = t.Name,
                ["description"] = t.Description,
                ["parameters"] = JsonNode.Parse(t.Parameters.GetRawText()),
            },
        })],
    };

    public static TemplateMessage Message(PromptMessage message)
    {
        if (message.ToolCalls.Count == 0 && message.ToolCallId is null && message.ToolName is null)
            return new TemplateMessage(message.Role, message.Content);
        var fields = new Dictionary<string, JsonNode?>();
        if (message.ToolCalls.Count > 0)
            fields["tool_calls"] = new JsonArray([.. message.ToolCalls.Select(Call)]);
        if (message.ToolCallId is { } id)
            fields["tool_call_id"] = id;
        if (message.ToolName is { } name)
            fields["name"] = name;
        return new TemplateMessage(message.Role, message.Content) { Fields = fields };
    }

    private static JsonObject Call(ToolCall call) => new()
    {
        ["id"] = call.Id,
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = JsonNode.Parse(call.Arguments.GetRawText()) },
    };
}
