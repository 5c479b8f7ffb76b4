using System.Globalization;
using SafeSwitch.Onnx;

namespace SafeSwitch.Training.Probes;

/// <summary>Layers as people write them, <c>18</c> and <c>final</c>, and as the decoder's outputs are called.</summary>
internal static class LayerNames
{
    private const string Final = "final";

    /// <summary>The names in a list such as <c>18,26,final</c>.</summary>
    /// <exception cref="FormatException">A part is no layer.</exception>
    public static IReadOnlyList<string> Parse(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Name)];

    /// <summary><c>18</c> of <c>hidden_states.18</c>, <c>final</c> of <c>hidden_states</c>.</summary>
    public static string Short(string name) =>
        name == GraphNames.HiddenStates ? Final : name[(name.LastIndexOf('.') + 1)..];

    /// <summary>Where a layer stands among others: by its number, the final one last.</summary>
    public static int Order(string name) =>
        int.TryParse(Short(name), NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : int.MaxValue;

    private static string Name(string part) => part switch
    {
        Final => GraphNames.HiddenStates,
        _ when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) => GraphNames.HiddenStatesOf(layer),
        _ => throw new FormatException($"found '{part}', expected layers such as 18,26,final"),
    };
}
