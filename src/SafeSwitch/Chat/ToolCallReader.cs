using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SafeSwitch.Backends;

namespace SafeSwitch.Chat;

/// <summary>
/// Takes calls of tools out of an answer as it streams. What may still become a call is held back, so that half a call is never shown:
/// <list type="bullet">
/// <item>Hermes, Qwen: <c>&lt;tool_call&gt;{"name", "arguments"}&lt;/tool_call&gt;</c>, anywhere;</item>
/// <item>functionary, and Llama 3.1 with tools of one's own: <c>&lt;function=name&gt;{arguments}&lt;/function&gt;</c>, anywhere;</item>
/// <item>Mistral: <c>[TOOL_CALLS] [{"name", "arguments"}]</c>, and Llama 3: <c>&lt;|python_tag|&gt;{"name", "parameters"}</c>, to the end of the answer. Their
/// marks are special tokens that no text shows, so an answer that is nothing but such JSON is one too, if it names tools that there are.</item>
/// </list>
/// </summary>
/// <param name="tools">Names of the tools.</param>
internal sealed class ToolCallReader(IReadOnlyCollection<string> tools)
{
    // In the second the name is behind the mark.
    private const string OpenFunction = "<function=";

    private static readonly (string Open, string Close)[] Closed = [("<tool_call>", "</tool_call>"), (OpenFunction, "</function>")];
    private static readonly string[] OpenToTheEnd = ["[TOOL_CALLS]", "<|python_tag|>"];
    private static readonly string[] Marks = [.. Closed.Select(c => c.Open), .. OpenToTheEnd];
    private static readonly SearchValues<byte> BetweenCalls = SearchValues.Create(" \t\r\n;,"u8);

    private readonly List<ToolCall> calls = [];
    private string pending = "";
    private bool hasBegun;

    /// <summary>The calls that are complete so far.</summary>
    public IReadOnlyList<ToolCall> Calls => calls;

    /// <summary>Takes a piece of the answer.</summary>
    /// <returns>What of it, and of what was held back, is text.</returns>
    public string Append(string piece)
    {
        pending += piece;
        var shown = new StringBuilder();
        while (TakeText(shown) && TakeCall(shown))
        {
        }

        return shown.ToString();
    }

    /// <summary>Ends the answer.</summary>
    /// <param name="isWhole">Whether the model ended it. What was cut off in the middle of a call is then dropped; it isn't text.</param>
    /// <returns>What was held back and is text.</returns>
    public string Finish(bool isWhole)
    {
        var (rest, mark) = (pending, Marks.FirstOrDefault(m => pending.StartsWith(m, StringComparison.Ordinal)));
        pending = "";
        // Blank lines behind a call are its own too.
        if (calls.Count > 0 && !hasBegun && string.IsNullOrWhiteSpace(rest))
            return "";
        var body = rest[(mark?.Length ?? 0)..];
        // Models leave the closing mark away where their answer ends.
        if ((mark is not null || !hasBegun) && Read(mark, body) is { } found)
        {
            calls.AddRange(found);
            return "";
        }

        return !isWhole && (mark is not null || (!hasBegun && LooksLikeCall(body))) ? "" : rest;
    }

    /// <summary>Gives up looking: the answer is not the model's own any more, and asks for nothing.</summary>
    /// <returns>What was held back.</returns>
    public string GiveUp()
    {
        calls.Clear();
        var rest = pending;
        pending = "";
        return rest;
    }

    // Up to where a call begins, or might.
    private bool TakeText(StringBuilder shown)
    {
        if (!hasBegun && pending.TrimStart() is "" or ['{' or '[', ..] && !StartsWithMark(pending))
            return false;
        var (begin, isMark) = (pending.Length, false);
        foreach (var mark in Marks)
        {
            var index = pending.IndexOf(mark, StringComparison.Ordinal);
            if (index >= 0 && (index < begin || !isMark))
                (begin, isMark) = (Math.Min(index, begin), true);
        }

        if (!isMark)
            begin -= LongestBeginning(pending);
        var text = pending[..begin];
        // Blank lines before a call are its own, and until there is text nobody knows whose they are.
        if (hasBegun || !string.IsNullOrWhiteSpace(text))
        {
            hasBegun = true;
            shown.Append(text);
        }
        else if (!isMark)
        {
            return false;
        }

        pending = pending[begin..];
        return isMark;
    }

    // Whether something is left to look at.
    private bool TakeCall(StringBuilder shown)
    {
        var (open, close) = Closed.FirstOrDefault(c => pending.StartsWith(c.Open, StringComparison.Ordinal));
        var end = open is null ? -1 : pending.IndexOf(close, StringComparison.Ordinal);
        if (end < 0)
            return false;
        var whole = pending[..(end + close.Length)];
        pending = pending[whole.Length..];
        if (Read(open, whole[open!.Length..end]) is { } found)
        {
            calls.AddRange(found);
        }
        else
        {
            hasBegun = true;
            shown.Append(whole);
        }

        return pending.Length > 0;
    }

    private static bool StartsWithMark(string text) => Marks.Any(m => text.TrimStart().StartsWith(m, StringComparison.Ordinal));

    private static int LongestBeginning(string text)
    {
        var longest = 0;
        foreach (var mark in Marks)
        {
            for (var length = Math.Min(mark.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(mark.AsSpan(0, length)))
                    longest = length;
            }
        }

        return longest;
    }

    private static bool LooksLikeCall(string text)
    {
        var begin = new string([.. text.Where(c => !char.IsWhiteSpace(c)).Take(9)]);
        return begin.StartsWith("{\"name\"", StringComparison.Ordinal) || begin.StartsWith("[{\"name\"", StringComparison.Ordinal) || begin is "[" or "{" or "[{";
    }

    // Without a mark it is a call only if there is such a tool.
    private List<ToolCall>? Read(string? mark, string body) => mark == OpenFunction ? ReadFunction(body) : Read(body, mustBeKnown: mark is null);

    private static List<ToolCall>? ReadFunction(string body)
    {
        var end = body.IndexOf('>', StringComparison.Ordinal);
        var name = body[..Math.Max(0, end)].Trim();
        try
        {
            var arguments = body[(end + 1)..].Trim() is { Length: > 0 } text ? AnswerJson.Parse(Encoding.UTF8.GetBytes(text)) : AnswerJson.Parse("{}"u8);
            return name.Length > 0 && arguments.ValueKind == JsonValueKind.Object ? [new ToolCall(NewId(), name, arguments)] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>The calls of a text that holds nothing else; <see langword="null"/> if it does.</returns>
    private List<ToolCall>? Read(string text, bool mustBeKnown)
    {
        var found = new List<ToolCall>();
        var bytes = Encoding.UTF8.GetBytes(text).AsSpan();
        try
        {
            for (bytes = Trim(bytes); bytes.Length > 0; bytes = Trim(bytes))
            {
                var reader = new Utf8JsonReader(bytes);
                if (!reader.Read() || !reader.TrySkip())
                    return null;
                var value = AnswerJson.Parse(bytes[..(int)reader.BytesConsumed]);
                bytes = bytes[(int)reader.BytesConsumed..];
                foreach (var call in value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : (JsonElement[])[value])
                {
                    if (Call(call, mustBeKnown) is not { } read)
                        return null;
                    found.Add(read);
                }
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return found.Count > 0 ? found : null;

        static Span<byte> Trim(Span<byte> bytes)
        {
            var index = bytes.IndexOfAnyExcept(BetweenCalls);
            return index < 0 ? [] : bytes[index..];
        }
    }

    private ToolCall? Call(JsonElement call, bool mustBeKnown)
    {
        if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
            || (mustBeKnown && !tools.Contains(name.GetString()!)))
        {
            return null;
        }

        if (!call.TryGetProperty("arguments", out var arguments) && !call.TryGetProperty("parameters", out arguments))
            arguments = AnswerJson.Parse("{}"u8);
        // Some write the arguments as text of JSON.
        if (arguments.ValueKind == JsonValueKind.String)
            arguments = AnswerJson.Parse(Encoding.UTF8.GetBytes(arguments.GetString()!));
        return arguments.ValueKind == JsonValueKind.Object ? new ToolCall(NewId(), name.GetString()!, arguments) : null;
    }

    // What Mistral's templates take; others take anything.
    private static string NewId() => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 9);
}
