using System.Text;
using Microsoft.Extensions.AI;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Requests;

/// <summary>From OpenAI's messages to those of Microsoft.Extensions.AI. What can't be read is refused: a part that is left out is not looked at.</summary>
internal static class MessageReader
{
    private const int MostParts = 1024;
    private const int MostCalls = 128;

    public static void Read(RequestField messages, ServerLimits limits, List<ChatMessage> read)
    {
        foreach (var field in messages.Items(limits.Messages, "a list of messages"))
            read.Add(ReadMessage(field));
    }

    private static ChatMessage ReadMessage(RequestField field)
    {
        // Which fields there may be depends on the role.
        var message = field.Need("role", "a role").OneOf("system", "developer", "user", "assistant", "tool") switch
        {
            "assistant" => ReadAnswer(field.Object("role", "content", "refusal", "tool_calls", "name", "annotations", "audio", "function_call")),
            "tool" => ReadResult(field.Object("role", "content", "tool_call_id", "name")),
            "user" => new ChatMessage(ChatRole.User, Content(field.Object("role", "content", "name").Get("content"))),
            // Templates know one word for the host's own text.
            _ => new ChatMessage(ChatRole.System, Content(field.Object("role", "content", "name").Get("content"))),
        };
        message.AuthorName = field.Peek("name")?.Text("a name");
        return message;
    }

    private static ChatMessage ReadAnswer(RequestObject answer)
    {
        if ((answer.Find("audio") ?? answer.Find("function_call")) is { } unknown)
            throw unknown.Wrong("nothing: turns are text and calls of tools");
        var message = new ChatMessage(ChatRole.Assistant, []);
        foreach (var said in new[] { answer.Find("content"), answer.Find("refusal") })
        {
            if (said is { } text && Content(text, "refusal") is { Length: > 0 } words)
                message.Contents.Add(new TextContent(words));
        }

        foreach (var call in answer.Find("tool_calls")?.Items(MostCalls) ?? [])
            message.Contents.Add(ToolReader.ReadCall(call));
        return message;
    }

    private static ChatMessage ReadResult(RequestObject result) =>
        new(ChatRole.Tool, [new FunctionResultContent(result.Get("tool_call_id").Text("a call's id"), Content(result.Get("content")))]);

    // A text, or parts that are texts.
    private static string Content(RequestField content, string alsoAllowed = "text")
    {
        if (content.IsText)
            return content.Text();
        var all = new StringBuilder();
        foreach (var part in content.Items(MostParts, "a text or a list of parts"))
        {
            var kind = part.Need("type", "text").OneOf("text", alsoAllowed);
            all.Append(part.Object("type", kind).Get(kind).Text());
        }

        return all.ToString();
    }
}
