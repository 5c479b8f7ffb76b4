using ScottPlot;

namespace SafeSwitch.Evaluation.Reports.Plots;

/// <summary>The plots' colours: those of Okabe and Ito (2008), which people with any colour vision tell apart.</summary>
internal static class Ink
{
    public static Color Blue { get; } = Color.FromHex("#0072B2");

    public static Color Vermilion { get; } = Color.FromHex("#D55E00");

    /// <summary>Text and axes.</summary>
    public static Color Dark { get; } = Color.FromHex("#262626");

    /// <summary>What explains: subtitles, marks, counts.</summary>
    public static Color Muted { get; } = Color.FromHex("#6B6B6B");

    /// <summary>Bars behind the data.</summary>
    public static Color Pale { get; } = Color.FromHex("#C9D3DB");

    /// <summary>Grid lines.</summary>
    public static Color Faint { get; } = Color.FromHex("#E6E6E6");

    private static readonly Color[] Series =
        [Blue, Vermilion, .. new[] { "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" }.Select(Color.FromHex)];

    private static readonly LinePattern[] Patterns = [LinePattern.Solid, LinePattern.DenselyDashed, LinePattern.Dotted];

    private static readonly MarkerShape[] Shapes =
    [
        MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond,
        MarkerShape.FilledTriangleDown, MarkerShape.OpenCircle, MarkerShape.OpenSquare,
    ];

    /// <summary>Colour of the n-th series.</summary>
    public static Color Of(int series) => Series[series % Series.Length];

    /// <summary>Its line: another one when the colours come round again.</summary>
    public static LinePattern PatternOf(int series) => Patterns[series / Series.Length % Patterns.Length];

    /// <summary>Its marker: shape as well as colour tells series apart.</summary>
    public static MarkerShape ShapeOf(int series) => Shapes[series % Shapes.Length];
}
