using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Tokenization;

namespace SafeSwitch.Cli.Shared.Prompts;

/// <summary>One JSON object a line in, one a line out, in order; a line that fails gives <c>{"error": …}</c>, the next one goes on, and the
/// exit code tells at the end.</summary>
internal static class JsonLines
{
    private const string ErrorField = "error";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> AnswerAsync(VerbCall call, Func<JsonObject, JsonObject> answer)
    {
        var exitCode = ExitCodes.Done;
        var isFirst = true;
        while (await call.Terminal.Input.ReadLineAsync(call.CancellationToken).ConfigureAwait(false) is { } line)
        {
            // Editors and shells put a byte-order mark before what they save or pipe.
            if (isFirst)
                line = line.TrimStart('\uFEFF');
            isFirst = false;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            var answered = Answer(line, answer);
            if (answered.ContainsKey(ErrorField))
                exitCode = ExitCodes.BadInput;
            await call.Terminal.Output.WriteLineAsync(Text(answered)).ConfigureAwait(false);
        }

        return exitCode;
    }

    /// <summary>A document on one line.</summary>
    public static string Text(JsonObject document)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            document.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Stretches as <c>[[start, end], …]</c>.</summary>
    public static JsonArray Ranges(IEnumerable<ContentSpan> spans) =>
        [.. spans.Select(span => (JsonNode)new JsonArray(JsonValue.Create(span.Start), JsonValue.Create(span.End)))];

    public static JsonArray Numbers(IEnumerable<int> numbers) => [.. numbers.Select(number => (JsonNode)JsonValue.Create(number))];

    private static JsonObject Answer(string line, Func<JsonObject, JsonObject> answer)
    {
        try
        {
            return JsonNode.Parse(line) is JsonObject request ? answer(request) : Error("the line isn't a JSON object");
        }
        catch (JsonException e)
        {
            return Error($"the line isn't JSON: {e.Message}");
        }
        catch (Exception e) when (e is ChatTemplateException or SafeSwitchException or InvalidOperationException or FormatException or ArgumentException)
        {
            return Error(e is ChatTemplateException template ? template.Reason : e.Message, e as ChatTemplateException);
        }
    }

    private static JsonObject Error(string message, ChatTemplateException? place = null)
    {
        var error = new JsonObject { [ErrorField] = message };
        if (place is not { Line: > 0 })
            return error;
        error["line"] = place.Line;
        error["column"] = place.Column;
        error["source"] = place.SourceLine;
        return error;
    }
}
