using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Requests;

/// <summary>What becomes of a field.</summary>
internal enum FieldUse
{
    /// <summary>The answer goes by it.</summary>
    Used,

    /// <summary>What it asks for can't be done; what asks for nothing is taken.</summary>
    Refused,

    /// <summary>It may say what it likes.</summary>
    Ignored,
}

/// <summary>One field of a request to <c>/v1/chat/completions</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Use">What becomes of it.</param>
/// <param name="Read">Reads it.</param>
internal sealed record ChatField(string Name, FieldUse Use, Action<ChatCall, RequestField, ServerLimits> Read)
{
    public static ChatField Used(string name, Action<ChatCall, RequestField, ServerLimits> read) => new(name, FieldUse.Used, read);

    public static ChatField Used(string name, Action<ChatCall, RequestField> read) => new(name, FieldUse.Used, (call, field, _) => read(call, field));

    public static ChatField Refused(string name, string expected, Func<JsonElement, bool> asksForNothing) => new(name, FieldUse.Refused, (_, field, _) =>
    {
        if (!asksForNothing(field.Value))
            throw new ApiException(400, "unsupported", $"{field.Path}: not supported here, expected {expected}.", field.Path);
    });

    public static ChatField Ignored(string name) => new(name, FieldUse.Ignored, (_, _, _) => { });
}

/// <summary>
/// Every field of OpenAI's chat completions, each read, refused by name or ignored; a field that is not here is refused. The table in
/// <c>docs/server.md</c> says what this one does.
/// </summary>
internal static class ChatFields
{
    private const int MostStops = 4;
    private const int MostTools = 128;
    private const int MostMetadata = 16;

    public static IReadOnlyList<ChatField> All { get; } =
    [
        ChatField.Used("model", (call, field) => call.Model = field.Text("a model's id")),
        ChatField.Used("messages", (call, field, limits) => MessageReader.Read(field, limits, call.Messages)),
        ChatField.Used("stream", (call, field) => call.IsStreaming = field.Flag()),
        ChatField.Used("stream_options", (call, field) =>
        {
            var options = field.Object("include_usage", "include_obfuscation");
            call.IncludesUsage = options.Find("include_usage")?.Flag() ?? false;
            // It is about who listens to the network; the length of pieces is not hidden here.
            _ = options.Find("include_obfuscation")?.Flag();
        }),
        ChatField.Used("max_completion_tokens", ReadAnswerTokens),
        ChatField.Used("max_tokens", ReadAnswerTokens),
        ChatField.Used("temperature", (call, field) => call.Options.Temperature = field.Number(0, 2)),
        ChatField.Used("top_p", (call, field) => call.Options.TopP = field.Number(0, 1) is var share and > 0 ? share : throw field.Wrong("a number above 0, at most 1")),
        ChatField.Used("seed", (call, field) => call.Options.Seed = field.Whole(long.MinValue, long.MaxValue)),
        ChatField.Used("stop", (call, field) => call.Options.StopSequences =
            [.. (field.IsText ? [field] : field.Items(MostStops, "a text or a list of texts")).Select(s => s.Text() is { Length: > 0 } stop ? stop : throw s.Wrong("a text that is not empty"))]),
        ChatField.Used("tools", (call, field) => call.Options.Tools = [.. field.Items(MostTools).Select(ToolReader.ReadTool)]),
        ChatField.Used("tool_choice", (call, field) => call.Options.ToolMode = ToolReader.ReadMode(field)),
        ChatField.Used("parallel_tool_calls", (call, field) => call.Options.AllowMultipleToolCalls = field.Flag()),
        ChatField.Used("response_format", (call, field) => call.Options.ResponseFormat = FormatReader.Read(field)),
        ChatField.Used("metadata", (call, field) => call.Policy = ReadPolicy(field)),

        ChatField.Refused("n", "1", v => v is { ValueKind: JsonValueKind.Number } && v.TryGetInt32(out var n) && n == 1),
        ChatField.Refused("logprobs", "false: probabilities of tokens are not given", v => v.ValueKind == JsonValueKind.False),
        ChatField.Refused("top_logprobs", "nothing: probabilities of tokens are not given", _ => false),
        ChatField.Refused("frequency_penalty", "0", IsZero),
        ChatField.Refused("presence_penalty", "0", IsZero),
        ChatField.Refused("logit_bias", "none", v => v.ValueKind == JsonValueKind.Object && !v.EnumerateObject().Any()),
        ChatField.Refused("modalities", "text alone", v => v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(m => m.ValueKind == JsonValueKind.String && m.ValueEquals("text"))),
        ChatField.Refused("audio", "nothing: answers are text", _ => false),
        ChatField.Refused("prediction", "nothing", _ => false),
        ChatField.Refused("web_search_options", "nothing: the model searches nowhere", _ => false),
        ChatField.Refused("store", "false: nothing is kept", v => v.ValueKind == JsonValueKind.False),
        ChatField.Refused("functions", "'tools' in its place", v => v.ValueKind == JsonValueKind.Array && v.GetArrayLength() == 0),
        ChatField.Refused("function_call", "'tool_choice' in its place", _ => false),

        ChatField.Ignored("user"),
        ChatField.Ignored("safety_identifier"),
        ChatField.Ignored("prompt_cache_key"),
        ChatField.Ignored("prompt_cache_retention"),
        ChatField.Ignored("service_tier"),
        ChatField.Ignored("reasoning_effort"),
        ChatField.Ignored("verbosity"),
    ];

    private static readonly Dictionary<string, ChatField> ByName = All.ToDictionary(f => f.Name);

    private static readonly string[] Names = [.. All.Select(f => f.Name)];

    /// <summary>Reads a request.</summary>
    /// <exception cref="ApiException">Something in it is unknown, can't be done, or is not what it should be.</exception>
    public static ChatCall Read(RequestField root, ServerLimits limits)
    {
        var call = new ChatCall();
        foreach (var (name, field) in root.Fields())
            (ByName.GetValueOrDefault(name) ?? throw field.Unknown(Names)).Read(call, field, limits);
        if (call.Model.Length == 0)
            throw ApiException.Field("model", "nothing", "a model's id, one of those of /v1/models");
        if (call.Messages.Count == 0)
            throw ApiException.Field("messages", "none", "at least one message");
        call.Options.MaxOutputTokens ??= Math.Min(Guard.GenerationRequest.DefaultMaxNewTokens, limits.AnswerTokens);
        if (!call.IsStreaming && call.IncludesUsage)
            throw ApiException.Field("stream_options", "a value", "nothing, as 'stream' is not true");
        return call;
    }

    // The newer name and the older one mean the same; of both the smaller holds.
    private static void ReadAnswerTokens(ChatCall call, RequestField field, ServerLimits limits)
    {
        var most = (int)field.Whole(1, limits.AnswerTokens);
        call.Options.MaxOutputTokens = Math.Min(most, call.Options.MaxOutputTokens ?? most);
    }

    private static string? ReadPolicy(RequestField field)
    {
        string? policy = null;
        var count = 0;
        foreach (var (name, value) in field.Fields())
        {
            if (++count > MostMetadata)
                throw field.Wrong(string.Create(CultureInfo.InvariantCulture, $"at most {MostMetadata} entries"));
            var text = value.Text();
            if (name == PolicyChoice.MetadataKey)
                policy = text;
            else if (name.StartsWith("safeswitch", StringComparison.OrdinalIgnoreCase))
                throw value.Unknown([PolicyChoice.MetadataKey]);
        }

        return policy;
    }

    private static bool IsZero(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == 0;
}
