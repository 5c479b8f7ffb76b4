using System.Text;

namespace SafeSwitch.Tokenization.Pipeline.Normalizers;

/// <summary>Rewrites one character at a time; null means unchanged, an empty string removes it.</summary>
internal sealed class CharacterNormalizer(Func<Rune, string?> rewrite) : Normalizer
{
    public static CharacterNormalizer Lowercase { get; } = new(static rune =>
    {
        if (rune.Value == 0x130)
            return "i\u0307";
        var lower = Rune.ToLowerInvariant(rune);
        return lower == rune ? null : lower.ToString();
    });

    public static CharacterNormalizer StripAccents { get; } = new(static rune =>
        Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark
            or System.Globalization.UnicodeCategory.SpacingCombiningMark or System.Globalization.UnicodeCategory.EnclosingMark ? "" : null);

    public override PipelineText Apply(PipelineText text)
    {
        PipelineTextBuilder? builder = null;
        var position = 0;
        foreach (var rune in text.Value.EnumerateRunes())
        {
            if (rewrite(rune) is { } other)
            {
                builder ??= new PipelineTextBuilder(text);
                builder.KeepTo(position);
                builder.Replace(rune.Utf16SequenceLength, other);
            }

            position += rune.Utf16SequenceLength;
        }

        if (builder is null)
            return text;
        builder.KeepTo(text.Value.Length);
        return builder.Build();
    }
}
