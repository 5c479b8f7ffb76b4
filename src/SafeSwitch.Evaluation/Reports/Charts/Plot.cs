using System.Globalization;
using System.Xml.Linq;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>
/// A plot that is a file of its own: it brings the title, the colours and the type that a page would give it, and looks the same in
/// a browser, in an editor and in a repository. Up is a share from 0 to 1 unless the caller says otherwise.
/// </summary>
internal sealed class Plot
{
    // Series differ by shape and dashes as well as by colour; the colours are those of Okabe and Ito (2008), which
    // people with any colour vision tell apart.
    private const string Style =
        """
        text { font-family: Arial, "Liberation Sans", Helvetica, sans-serif; font-size: 14px; fill: #262626; }
        .title { font-size: 18px; font-weight: 700; }
        .label { font-weight: 700; }
        .detail, .detail text { fill: #6b6b6b; }
        .middle { text-anchor: middle; }
        .end { text-anchor: end; }
        .grid { stroke: #e6e6e6; }
        .axis { stroke: #262626; }
        .aside { stroke: #6b6b6b; stroke-width: 1.3; stroke-dasharray: 6 5; fill: none; }
        .dotted { stroke: #6b6b6b; stroke-width: 1.3; stroke-dasharray: 2 4; fill: none; }
        .chosen { stroke: #262626; stroke-width: 1.5; stroke-dasharray: 8 6; }
        .bin { fill: #c9d3db; }
        .curve { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
        .curve.bold { stroke-width: 4; }
        .curve.thin { stroke-width: 1.4; }
        .curve.d1 { stroke-dasharray: 7 3; }
        .curve.d2 { stroke-dasharray: 2 3; }
        .whisker { fill: none; stroke: currentColor; stroke-width: 1.5; opacity: 0.6; }
        .mark { fill: currentColor; }
        .s0 { color: #0072b2; } .s1 { color: #d55e00; } .s2 { color: #009e73; } .s3 { color: #cc79a7; }
        .s4 { color: #b07a00; } .s5 { color: #56b4e9; } .s6 { color: #000000; }
        """;

    private const int Colours = 7;

    private static readonly string[] Shapes =
        ["M-5 0A5 5 0 1 1 5 0A5 5 0 1 1-5 0Z", "M-5-5H5V5H-5Z", "M0-6L6 5H-6Z", "M0-7L6 0 0 7-6 0Z", "M0 6L6-5H-6Z", "M-6-1.5H6V1.5H-6Z", "M-1.5-6H1.5V6H-1.5Z"];

    private readonly string title;
    private readonly string subtitle;
    private readonly double height;
    private readonly List<XElement> drawing = [];
    private double legendWidth;
    private int legendLines;

    /// <summary>A plot with nothing in it yet.</summary>
    /// <param name="title">What it shows, with the quantity.</param>
    /// <param name="subtitle">Of what, on how many rows.</param>
    /// <param name="width">Width without the legend, in CSS pixels.</param>
    /// <param name="height">Height, in CSS pixels.</param>
    public Plot(string title, string subtitle, double width = 640, double height = 520)
    {
        (this.title, this.subtitle, this.height) = (title, subtitle, height);
        Frame = new ChartFrame(width, height) { Left = 62, Top = 74, RightMargin = 24, BottomMargin = 56 };
    }

    /// <summary>The area of the data.</summary>
    public ChartFrame Frame { get; }

    /// <summary>The classes of a series: its colour and, when the colours come round again, its dashes.</summary>
    public static string ClassOf(int series) =>
        string.Create(CultureInfo.InvariantCulture, $"s{series % Colours} d{series / Colours % 3}");

    public void Add(XElement element) => drawing.Add(element);

    public void Add(IEnumerable<XElement> elements) => drawing.AddRange(elements);

    /// <summary>The mark of a series.</summary>
    public void Mark(int series, double x, double y) => drawing.Add(Shape(series, x, y));

    /// <summary>An interval, upright, with a cap at either end.</summary>
    public void Interval(int series, double x, double from, double to) => drawing.Add(Svg.Of(
        "path", ("d", $"M{Place(x - 3, from)}h6m-3 0L{Place(x, to)}m-3 0h6"), ("class", "whisker " + ClassOf(series))));

    /// <summary>A line through places on the drawing.</summary>
    public void Curve(IEnumerable<(double X, double Y)> places, string classes) =>
        drawing.Add(Svg.Of("path", ("d", "M" + string.Join("L", places.Select(p => Place(p.X, p.Y)))), ("class", classes)));

    /// <summary>A line of the legend, beside the data and never over it.</summary>
    /// <param name="text">What the series is.</param>
    /// <param name="classes">The classes of its line.</param>
    /// <param name="series">The series whose mark is on the line, if it has one.</param>
    public void Legend(string text, string classes, int? series = null)
    {
        const double lineHeight = 24, sample = 30;
        var (x, y) = (Frame.Width + 4, Frame.Top + 12 + lineHeight * legendLines++);
        drawing.Add(Svg.Of("path", ("d", $"M{Place(x, y)}h{Svg.Number(sample)}"), ("class", classes)));
        if (series is { } marked)
            drawing.Add(Shape(marked, x + sample / 2, y));
        drawing.Add(Svg.Text(x + sample + 8, y + 5, text, ""));
        legendWidth = Math.Max(legendWidth, sample + 8 + Svg.WidthOf(text) + 16);
    }

    /// <summary>The whole file.</summary>
    public string ToSvg()
    {
        var width = Frame.Width + legendWidth;
        var middle = (Frame.Left + Frame.Right) / 2;
        return Svg.File(width, height, title, subtitle, Style,
        [
            Svg.Of("rect", ("width", width), ("height", height), ("fill", "#ffffff")),
            Svg.Text(middle, 28, title, "title middle"),
            Svg.Text(middle, 52, subtitle, "detail middle"),
            .. drawing,
        ]);
    }

    private static XElement Shape(int series, double x, double y) => Svg.Of(
        "path", ("d", Shapes[series % Shapes.Length]), ("class", "mark " + ClassOf(series)), ("transform", $"translate({Place(x, y)})"));

    private static string Place(double x, double y) => $"{Svg.Number(x)} {Svg.Number(y)}";
}
