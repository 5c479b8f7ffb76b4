using System.Text.Json.Nodes;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Library;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates;

/// <summary>What a template is given, each text with the mark of where it came from.</summary>
internal static class TemplateVariables
{
    public static Scope From(IReadOnlyList<TemplateMessage> messages, TemplateOptions options, IReadOnlyDictionary<string, string> specialTokens)
    {
        var scope = new Scope(Globals.Scope);
        SetSpecialTokens(scope, specialTokens);
        scope.Set("messages", new TemplateList([.. messages.Select(Message)]));
        scope.Set("tools", JsonValues.Read(options.Tools, Mark.Input));
        scope.Set("documents", JsonValues.Read(options.Documents, Mark.Input));
        scope.Set("add_generation_prompt", options.AddGenerationPrompt);
        if (options.Variables is not null)
        {
            foreach (var (name, value) in options.Variables)
                Set(scope, name, value);
        }

        return scope;
    }

    public static Scope From(JsonObject variables, IReadOnlyDictionary<string, string> specialTokens)
    {
        var scope = new Scope(Globals.Scope);
        SetSpecialTokens(scope, specialTokens);
        foreach (var (name, value) in variables)
            Set(scope, name, value);
        return scope;
    }

    private static void SetSpecialTokens(Scope scope, IReadOnlyDictionary<string, string> specialTokens)
    {
        foreach (var (name, text) in specialTokens)
            scope.Set(name, MarkedText.Template(text));
    }

    private static void Set(Scope scope, string name, JsonNode? value)
    {
        if (name == "messages" && value is JsonArray messages)
            scope.Set(name, new TemplateList([.. messages.Select(Message)]));
        else
            scope.Set(name, JsonValues.Read(value, IsSpecialToken(name) ? Mark.Template : Mark.Input));
    }

    private static bool IsSpecialToken(string name) => name is "bos_token" or "eos_token" or "unk_token" or "pad_token" or "sep_token" or "cls_token" or "mask_token";

    private static object? Message(JsonNode? message, int index)
    {
        if (message is not JsonObject fields)
            return JsonValues.Read(message, index);
        var map = new TemplateMap();
        foreach (var (name, value) in fields)
            map.Set(MarkedText.Of(name, index), name == "role" && value is JsonValue role && role.TryGetValue(out string? text) ? Role(text, index) : JsonValues.Read(value, index));
        return map;
    }

    private static object? Message(TemplateMessage message, int index)
    {
        var map = new TemplateMap();
        map.Set(MarkedText.Template("role"), Role(message.Role, index));
        if (message.Content is not null)
            map.Set(MarkedText.Template("content"), MarkedText.Of(message.Content, index));
        if (message.Fields is not null)
        {
            foreach (var (name, value) in message.Fields)
                map.Set(MarkedText.Of(name, index), JsonValues.Read(value, index));
        }

        return map;
    }

    /// <summary>Templates build their special tokens around the role, so a plain one is template text; anything else could forge them.</summary>
    private static MarkedText Role(string role, int index) =>
        MarkedText.Of(role, role.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? Mark.Template : index);
}
