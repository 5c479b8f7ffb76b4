using System.Text.Json.Nodes;
using SafeSwitch.Backends;
using SafeSwitch.Tokenization;

namespace SafeSwitch.OnnxRuntime.Prompts;

/// <summary>Tools, their calls and their results in the form in which chat templates expect them.</summary>
internal static class ToolTemplate
{
    public static TemplateOptions Options(IReadOnlyList<ToolDescription> tools) => tools.Count == 0 ? TemplateOptions.Default : new TemplateOptions
    {
        // By the constructor: adding by a list's expression takes a generic method that ahead-of-time compilation can't follow.
        Tools = new JsonArray([.. tools.Select(Tool)]),
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

    private static JsonNode Tool(ToolDescription tool) => new JsonObject
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = tool.Name,
            ["description"] = tool.Description,
            ["parameters"] = JsonNode.Parse(tool.Parameters.GetRawText()),
        },
    };
}
