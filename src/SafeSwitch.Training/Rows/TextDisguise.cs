using System.Text;
using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Rows;

/// <summary>Other clothes for a text, that a person still reads as the same request.</summary>
public enum TextDisguise
{
    /// <summary>Capital letters throughout.</summary>
    Capitals,

    /// <summary>Two inner letters of words of four letters and more change places.</summary>
    SwappedLetters,

    /// <summary>No-break spaces for spaces.</summary>
    NoBreakSpaces,

    /// <summary>A harmless text before it; see <see cref="RecipeDisguises.PrefaceCharacters"/>.</summary>
    Preface,
}

/// <summary>Puts texts into other clothes, the same for the same seed.</summary>
internal static class TextDisguises
{
    /// <param name="text">The text.</param>
    /// <param name="disguise">Any but <see cref="TextDisguise.Preface"/>, which needs other texts.</param>
    /// <param name="seed">What random choices come from.</param>
    public static string Of(string text, TextDisguise disguise, int seed) => disguise switch
    {
        TextDisguise.Capitals => text.ToUpperInvariant(),
        TextDisguise.SwappedLetters => SwapLetters(text, SplitMix.For(seed, use: -7)),
        TextDisguise.NoBreakSpaces => text.Replace(' ', '\u00A0'),
        _ => throw new ArgumentOutOfRangeException(nameof(disguise), disguise, "Expected a disguise of the text itself."),
    };

    private static string SwapLetters(string text, SplitMix random)
    {
        var swapped = new StringBuilder(text);
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && char.IsLetter(text[end]))
                end++;
            if (end - start >= 4)
            {
                var at = start + 1 + random.Next(end - start - 3);
                (swapped[at], swapped[at + 1]) = (swapped[at + 1], swapped[at]);
            }

            start = Math.Max(end, start + 1);
        }

        return swapped.ToString();
    }
}
