using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Metrics;
using ScottPlot;

namespace SafeSwitch.Evaluation.Reports.Plots;

/// <summary>A plot in the house's style and the size it is drawn for; it needs no display and no installed font.</summary>
internal sealed partial class Figure
{
    private const float TextSize = 14;

    private const int SubtitleHeight = 36, Margin = 28;

    // Twice the points of the SVG: sharp on today's screens.
    private const int PngScale = 2;

    /// <summary>An empty figure.</summary>
    /// <param name="title">What it shows, with the quantity.</param>
    /// <param name="subtitle">Of what, on how many rows; may be empty.</param>
    /// <param name="across">The axis along the bottom, with its unit.</param>
    /// <param name="up">The axis on the left, with its unit.</param>
    /// <param name="width">Width in CSS pixels.</param>
    /// <param name="height">Height in CSS pixels.</param>
    public Figure(string title, string subtitle, string across, string up, int width = 820, int height = 520)
    {
        PlotFont.Register();
        (Title, Width, Height) = (title, width, height);
        Plot.FigureBackground.Color = Colors.White;
        Plot.Axes.Color(Ink.Dark);
        Plot.Axes.Right.FrameLineStyle.IsVisible = false;
        Plot.Axes.Top.FrameLineStyle.IsVisible = false;
        Plot.Grid.MajorLineColor = Ink.Faint;
        Plot.Axes.Title.Label.Text = title;
        Write(Plot.Axes.Title.Label, 18, Ink.Dark, bold: true);
        Write(Plot.Axes.Top.Label, TextSize, Ink.Muted, bold: false);
        Plot.Axes.Top.Label.Text = subtitle;
        // A top axis writes its label at its outer edge, into the title.
        Plot.Axes.Top.MinimumSize = SubtitleHeight;
        Plot.Axes.Top.Label.OffsetY = SubtitleHeight / 2;
        Plot.Axes.Right.MinimumSize = Margin;
        Plot.Axes.Bottom.Label.Text = across;
        Plot.Axes.Left.Label.Text = up;
        foreach (var axis in new IAxis[] { Plot.Axes.Bottom, Plot.Axes.Left })
        {
            Write(axis.Label, TextSize, Ink.Dark, bold: false);
            Write(axis.TickLabelStyle, TextSize - 1, Ink.Dark, bold: false);
            axis.MinorTickStyle.Length = 0;
        }
    }

    /// <summary>The plot, for what it shows.</summary>
    public Plot Plot { get; } = new();

    public string Title { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>A legend beside the data, never over it.</summary>
    public void ShowLegend()
    {
        var panel = Plot.ShowLegend(Edge.Right);
        panel.Alignment = Alignment.UpperLeft;
        var legend = panel.Legend;
        legend.FontName = PlotFont.Name;
        legend.FontSize = TextSize - 1;
        legend.FontColor = Ink.Dark;
        legend.OutlineWidth = 0;
        legend.ShadowColor = Colors.Transparent;
        legend.BackgroundColor = Colors.White;
    }

    /// <summary>Text at a place in the data.</summary>
    public void Say(string text, double x, double y, Alignment alignment, Color color, bool bold = false)
    {
        var label = Plot.Add.Text(text, x, y);
        Write(label.LabelStyle, TextSize - 1, color, bold);
        label.LabelAlignment = alignment;
    }

    /// <summary>An interval, upright.</summary>
    public void Interval(double x, Estimate estimate, Color color)
    {
        var bar = Plot.Add.ErrorBar([x], [estimate.Value], [0]);
        bar.YErrorNegative = [estimate.Value - estimate.Lower];
        bar.YErrorPositive = [estimate.Upper - estimate.Value];
        (bar.Color, bar.LineWidth, bar.CapSize) = (color, 1.5f, 3);
    }

    /// <summary>Ticks at given places.</summary>
    public static void Ticks(IAxis axis, IEnumerable<(double At, string Label)> ticks)
    {
        var generator = new ScottPlot.TickGenerators.NumericManual();
        foreach (var (at, label) in ticks)
            generator.AddMajor(at, label);
        axis.TickGenerator = generator;
    }

    /// <summary>An SVG element to put into a page: it scales with its container, and ids of several don't meet.</summary>
    public string ToSvg()
    {
        var svg = Plot.GetSvgXml(Width, Height);
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..]
            .Replace($"width=\"{Width}\" height=\"{Height}\">", $"width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" role=\"img\">\n<title>{System.Net.WebUtility.HtmlEncode(Title)}</title>", StringComparison.Ordinal)
            .Replace($"font-family=\"{PlotFont.Name}\"", $"font-family=\"{PlotFont.Families}\"", StringComparison.Ordinal);
        // Skia places every letter; a word that flows from its first letter can be searched and stays whole in another font.
        svg = LetterPlaces().Replace(svg, "$1=\"$2\"");
        // Skia counts clip ids through the life of the process: counted per figure they are the same each time.
        var mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ClipId().Replace(svg, ""))))[..8];
        var known = new Dictionary<string, int>();
        return ClipId().Replace(svg, id =>
        {
            known.TryAdd(id.Value, known.Count);
            return $"clip-{mark}-{known[id.Value]}";
        });
    }

    /// <summary>A PNG file's bytes, at twice the size.</summary>
    public byte[] ToPng()
    {
        var scale = Plot.ScaleFactor;
        Plot.ScaleFactor = PngScale;
        try
        {
            return Plot.GetImageBytes(Width * PngScale, Height * PngScale, ImageFormat.Png);
        }
        finally
        {
            Plot.ScaleFactor = scale;
        }
    }

    /// <summary>Writes PNG and SVG.</summary>
    /// <param name="path">The files' path without its ending.</param>
    /// <returns>The files.</returns>
    public IReadOnlyList<string> Save(string path)
    {
        WholeFile.Write(path + ".png", temporary => File.WriteAllBytes(temporary, ToPng()));
        WholeFile.WriteText(path + ".svg", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + ToSvg());
        return [path + ".png", path + ".svg"];
    }

    private static void Write(LabelStyle label, float size, Color color, bool bold)
    {
        label.FontName = PlotFont.Name;
        label.Font = PlotFont.Face(bold);
        label.FontSize = size;
        label.ForeColor = color;
        label.Bold = bold;
    }

    [GeneratedRegex("\\b([xy])=\"(-?[0-9.e+-]+), [^\"]*\"")]
    private static partial Regex LetterPlaces();

    [GeneratedRegex("(?<=id=\"|url\\(#)cl_[0-9a-f]+")]
    private static partial Regex ClipId();
}
