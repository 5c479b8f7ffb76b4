using System.Text.Json.Nodes;

namespace SafeSwitch.Tokenization;

/// <summary>What a chat template is given beside the messages, and how far it may go.</summary>
public sealed record TemplateOptions
{
    /// <summary>The defaults.</summary>
    public static TemplateOptions Default { get; } = new();

    /// <summary>Whether the prompt ends where the assistant's answer begins.</summary>
    /// <value>True.</value>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Tools that the model may call, as an array of JSON schemas. Their text counts as content of no message.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Documents to answer from. Their text counts as content of no message.</summary>
    public JsonArray? Documents { get; init; }

    /// <summary>Further variables, such as <c>enable_thinking</c>. Their text counts as content of no message.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? Variables { get; init; }

    /// <summary>The clock behind <c>strftime_now</c>.</summary>
    /// <value>The system's clock, local time.</value>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>How many steps a rendering may take before it is given up: nodes evaluated, items walked through. 1 or more.</summary>
    /// <value>One million.</value>
    public int MaximumSteps { get; init; } = 1_000_000;

    /// <summary>How many UTF-16 units a rendering may produce, 0 or more; the strings and lists that it reads and builds on the way may take up
    /// eight times as much together.</summary>
    /// <value>16 Mi: 32 MB.</value>
    public int MaximumLength { get; init; } = 16 * 1024 * 1024;
}
