using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Requests;

/// <summary>What a request to <c>/v1/moderations</c> asks for.</summary>
/// <param name="Model">A model's id; <see langword="null"/> for the first that is served.</param>
/// <param name="Inputs">The texts.</param>
internal sealed record ModerationCall(string? Model, IReadOnlyList<string> Inputs)
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="ApiException">Something in it is unknown or is not what it should be.</exception>
    public static ModerationCall Read(RequestField root, ServerLimits limits)
    {
        var fields = root.Object("input", "model");
        var input = fields.Get("input");
        IReadOnlyList<RequestField> inputs = input.IsText ? [input] : input.Items(limits.Inputs, "a text or a list of texts");
        if (inputs.Count == 0)
            throw input.Wrong("at least one text");
        // A list of parts is one input; here each part is a text of its own, and looked at as one.
        return new ModerationCall(fields.Find("model")?.Text("a model's id"), [.. inputs.Select(i => i.IsText ? i.Text() : Part(i))]);
    }

    private static string Part(RequestField field)
    {
        var part = field.Object("type", "text");
        part.Get("type").OneOf("text");
        return part.Get("text").Text();
    }
}
