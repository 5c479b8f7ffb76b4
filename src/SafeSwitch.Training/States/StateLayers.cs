using SafeSwitch.Backends;
using SafeSwitch.Onnx;

namespace SafeSwitch.Training.States;

/// <summary>The hidden states to keep, in one order whatever order they were asked for in: layers ascending, the final one last.</summary>
internal static class StateLayers
{
    /// <param name="model">The model.</param>
    /// <param name="layers">Layers besides the final one, which is always kept; <see langword="null"/> for all that the model exports.</param>
    /// <exception cref="SafeSwitchException">The model exports no states at all.</exception>
    public static IReadOnlyList<string> Choose(LanguageModelInfo model, IReadOnlyList<int>? layers)
    {
        if (!model.HiddenStates.Contains(GraphNames.HiddenStates))
            throw new SafeSwitchException($"'{model.Name}' exports no hidden states. Make a bundle of it first: safeswitch instrument MODEL -o BUNDLE.");
        return layers is null
            ? [.. model.HiddenStates.OrderBy(Rank)]
            : [.. layers.Distinct().Order().Select(GraphNames.HiddenStatesOf), GraphNames.HiddenStates];
    }

    private static int Rank(string name) =>
        int.TryParse(name.AsSpan(Math.Min(name.Length, GraphNames.HiddenStates.Length + 1)), out var layer) ? layer : int.MaxValue;
}
