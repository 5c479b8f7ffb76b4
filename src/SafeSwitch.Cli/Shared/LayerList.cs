using System.Globalization;
using SafeSwitch.Onnx;

namespace SafeSwitch.Cli.Shared;

/// <summary>Layers as people write them: <c>final,8,16</c>.</summary>
internal static class LayerList
{
    /// <summary>The numbers of the layers besides the final one, ascending.</summary>
    public static IReadOnlyList<int> Numbers(string text) => [.. Parse(text).OfType<int>().Distinct().Order()];

    /// <summary>The layers as the decoder's outputs are called, in the order of the list.</summary>
    public static IReadOnlyList<string> Names(string text) =>
        [.. Parse(text).Select(layer => layer is { } number ? GraphNames.HiddenStatesOf(number) : GraphNames.HiddenStates)];

    // The final one has no number.
    private static IEnumerable<int?> Parse(string text)
    {
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Equals("final", StringComparison.OrdinalIgnoreCase))
                yield return null;
            else if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                yield return number;
            else
                throw new UsageException($"--layers: found '{part}', expected 'final' or a number such as 8.");
        }
    }
}
