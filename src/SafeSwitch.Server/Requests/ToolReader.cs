using System.Text.Json;
using Microsoft.Extensions.AI;
using SafeSwitch.Server.Json;

namespace SafeSwitch.Server.Requests;

/// <summary>Tools as a request describes them, and calls of them in its history.</summary>
internal static class ToolReader
{
    private const int LongestName = 64;

    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    public static AITool ReadTool(RequestField field)
    {
        var tool = field.Object("type", "function");
        tool.Get("type").OneOf("function");
        var function = tool.Get("function").Object("name", "description", "parameters", "strict");
        if (function.Find("strict") is { } strict && strict.Flag())
            throw strict.Wrong("false: nothing forces the model to keep to the schema");
        var parameters = function.Find("parameters");
        if (parameters is { } schema && schema.Value.ValueKind != JsonValueKind.Object)
            throw schema.Wrong("a JSON schema, an object");
        return AIFunctionFactory.CreateDeclaration(ReadName(function.Get("name")), function.Find("description")?.Text() ?? "", parameters?.Value ?? NoParameters);
    }

    public static ChatToolMode ReadMode(RequestField field) => (field.IsText ? field.Text() : "") switch
    {
        "none" => ChatToolMode.None,
        "auto" => ChatToolMode.Auto,
        _ => throw field.Wrong("auto or none: the model can't be made to call a tool"),
    };

    public static FunctionCallContent ReadCall(RequestField field)
    {
        var call = field.Object("id", "type", "function");
        call.Find("type")?.OneOf("function");
        var function = call.Get("function").Object("name", "arguments");
        return new FunctionCallContent(call.Get("id").Text("a call's id"), ReadName(function.Get("name")), ReadArguments(function.Get("arguments")));
    }

    // A text that is JSON: the form in which answers have them.
    private static Dictionary<string, object?> ReadArguments(RequestField field)
    {
        var text = field.Text("a text that is a JSON object");
        try
        {
            return StrictJson.ParseObject(System.Text.Encoding.UTF8.GetBytes(text)).EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        }
        catch (ApiException)
        {
            throw field.Wrong("a text that is a JSON object");
        }
    }

    private static string ReadName(RequestField field) =>
        field.Text("a tool's name") is { Length: > 0 and <= LongestName } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? name
            : throw field.Wrong("a name of at most 64 letters, digits, '_', '-' and '.'");
}

/// <summary>The form that an answer is to have.</summary>
internal static class FormatReader
{
    public static ChatResponseFormat Read(RequestField field)
    {
        switch (field.Need("type", "text, json_object or json_schema").OneOf("text", "json_object", "json_schema"))
        {
            case "text":
                _ = field.Object("type");
                return ChatResponseFormat.Text;
            case "json_object":
                _ = field.Object("type");
                return ChatResponseFormat.Json;
            default:
                var format = field.Object("type", "json_schema").Get("json_schema").Object("name", "description", "schema", "strict");
                if (format.Find("strict") is { } strict && strict.Flag())
                    throw strict.Wrong("false: nothing forces the model to keep to the schema, its answer is only checked");
                var schema = format.Get("schema");
                if (schema.Value.ValueKind != JsonValueKind.Object)
                    throw schema.Wrong("a JSON schema, an object");
                return ChatResponseFormat.ForJsonSchema(schema.Value, format.Get("name").Text("a name"), format.Find("description")?.Text());
        }
    }
}
