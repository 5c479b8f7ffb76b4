using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.AddedTokens;

/// <summary>A token that is found in the text as it is, before the model sees it.</summary>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special)
{
    /// <summary>Whether text of a message must never become this token.</summary>
    public bool Control { get; init; } = Special;

    public static AddedToken Read(JsonCursor json)
    {
        var special = json.Optional("special").Bool(fallback: false);
        var content = json.Required("content");
        if (content.String().Length == 0)
            throw content.Error("is empty, expected the text of an added token");
        return new AddedToken(json.Required("id").Int(), content.String(),
            json.Optional("single_word").Bool(fallback: false),
            json.Optional("lstrip").Bool(fallback: false),
            json.Optional("rstrip").Bool(fallback: false),
            json.Optional("normalized").Bool(fallback: !special),
            special);
    }
}
