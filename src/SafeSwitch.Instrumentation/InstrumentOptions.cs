using System.Globalization;

namespace SafeSwitch.Instrumentation;

/// <summary>What to add to a decoder.</summary>
public sealed record InstrumentOptions
{
    /// <summary>
    /// Layers whose state becomes an output <c>hidden_states.{layer}</c>, besides <c>hidden_states</c>, the final norm's, which always
    /// does: 0 is the embedding, i the residual stream after layer i-1.
    /// </summary>
    /// <value>None by default.</value>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>Reads a list as people write it: <c>final,8,16</c>.</summary>
    /// <exception cref="FormatException">An entry is neither <c>final</c> nor a number.</exception>
    public static IReadOnlyList<int> ParseLayers(string layers)
    {
        ArgumentNullException.ThrowIfNull(layers);
        return [.. layers
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(layer => !layer.Equals("final", StringComparison.OrdinalIgnoreCase))
            .Select(layer => int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new FormatException($"layer '{layer}': expected 'final' or a number such as 8"))
            .Distinct()
            .Order()];
    }
}
