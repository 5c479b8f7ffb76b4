namespace SafeSwitch.Tokenization.Loading;

/// <summary>
/// Which added tokens content must never become. The <c>special</c> flag alone does not tell: models flag <c>&lt;/s&gt;</c>,
/// <c>&lt;|fim_prefix|&gt;</c> or <c>&lt;tool_call&gt;</c> as ordinary, and a message that could write them could end its turn or fake a call.
/// Ordinary text such as runs of spaces or <c>&lt;table&gt;</c> stays within reach.
/// </summary>
internal static class ControlTokens
{
    public static Func<string, bool> For(TokenizerFolder files)
    {
        var named = files.SpecialTokens.Values.ToHashSet(StringComparer.Ordinal);
        var template = files.Template?.Text ?? "";
        return token => !string.IsNullOrWhiteSpace(token)
            && (named.Contains(token) || files.FlaggedTokens.Contains(token) || HasShapeOfControl(token) || template.Contains(token, StringComparison.Ordinal));
    }

    private static bool HasShapeOfControl(string token) => token is "<s>" or "</s>"
        || (token.StartsWith("<|", StringComparison.Ordinal) && token.EndsWith("|>", StringComparison.Ordinal))
        || (token.StartsWith("<｜", StringComparison.Ordinal) && token.EndsWith("｜>", StringComparison.Ordinal));
}
