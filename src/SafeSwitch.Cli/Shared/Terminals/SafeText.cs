namespace SafeSwitch.Cli.Shared.Terminals;

/// <summary>Text of a model or a file, made harmless for a terminal: it may hold escape sequences.</summary>
internal static class SafeText
{
    /// <summary>Control characters, but for line ends and tabs, become their visible pictures.</summary>
    public static string For(Terminal terminal, string text)
    {
        if (terminal.IsOutputPlain || !text.Any(IsHarmful))
            return text;
        return string.Create(text.Length, text, static (shown, text) =>
        {
            for (var i = 0; i < shown.Length; i++)
                shown[i] = IsHarmful(text[i]) ? Picture(text[i]) : text[i];
        });
    }

    private static bool IsHarmful(char c) => char.IsControl(c) && c is not ('\n' or '\t');

    private static char Picture(char c) => c < ' ' ? (char)('\u2400' + c) : '\uFFFD';
}
