using System.Globalization;
using SafeSwitch.Backends;
using SafeSwitch.Onnx;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>The decoder's outputs as people call them: <c>18</c> and <c>final</c>.</summary>
public static class LayerNames
{
    private const string Final = "final";

    /// <summary><c>18</c> of <c>hidden_states.18</c>, <c>final</c> of <c>hidden_states</c>.</summary>
    public static string Short(string name) =>
        name == GraphNames.HiddenStates ? Final : name[(name.LastIndexOf('.') + 1)..];

    /// <summary>What layers are sorted by: their number, the final one last.</summary>
    public static int Order(string name) =>
        int.TryParse(Short(name), NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : int.MaxValue;

    /// <summary>
    /// The hidden states to keep, in one order whatever order they were asked for in: layers ascending, the final one last.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="layers">Layers besides the final one, which is always kept; <see langword="null"/> for all that the model exports.</param>
    /// <exception cref="DataException">The model does not export them.</exception>
    internal static IReadOnlyList<string> Choose(LanguageModelInfo model, IReadOnlyList<int>? layers)
    {
        List<string> chosen = layers is null
            ? [.. model.HiddenStates.OrderBy(Order)]
            : [.. layers.Distinct().Order().Select(GraphNames.HiddenStatesOf), GraphNames.HiddenStates];
        var absent = chosen.Append(GraphNames.HiddenStates).Except(model.HiddenStates).ToList();
        return absent.Count == 0 ? chosen : throw new DataException(
            $"'{model.Name}' exports {(model.HiddenStates.Count == 0 ? "no hidden states" : string.Join(", ", model.HiddenStates))}, "
            + $"expected also {string.Join(", ", absent)}.")
        {
            StepToRun = BuildStep.Instrument,
        };
    }
}
