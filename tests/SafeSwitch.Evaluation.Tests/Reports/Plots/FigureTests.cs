using System.Buffers.Binary;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Plots;
using ScottPlot;

namespace SafeSwitch.Evaluation.Tests.Reports.Plots;

public class FigureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Text_is_drawn_in_the_font_that_comes_with_the_tool()
    {
        var svg = XElement.Parse(Sample("Recall ≥ 50% & more").ToSvg());

        var texts = svg.Descendants(Svg + "text").ToList();
        Assert.Contains("Recall ≥ 50% & more", texts.Select(t => t.Value.Trim()));
        Assert.All(texts, t => Assert.StartsWith(PlotFont.Name + ", ", (string?)t.Attribute("font-family"), StringComparison.Ordinal));
        var face = Fonts.GetTypeface(PlotFont.Name, bold: true, italic: false);
        Assert.True(face.IsBold);
        Assert.InRange(face.GlyphCount, 500, 1500); // the part that is embedded, not an installed Arimo
        Assert.True(face.ContainsGlyphs("AUROC 0.98 äßéñłø Ελ Жд – ≤ ↓ •"));
    }

    [Fact]
    public void An_svg_scales_and_can_stand_beside_another()
    {
        var first = XElement.Parse(Sample("first").ToSvg());
        var second = XElement.Parse(Sample("second").ToSvg());

        Assert.Equal("0 0 820 520", (string?)first.Attribute("viewBox"));
        Assert.Equal("first", first.Element(Svg + "title")!.Value);
        var ids = Ids(first);
        Assert.NotEmpty(ids);
        Assert.Empty(ids.Intersect(Ids(second)));
        foreach (var clip in first.Descendants().Attributes("clip-path"))
            Assert.Contains(clip.Value["url(#".Length..^1], ids);
        Assert.Equal(Sample("first").ToSvg(), Sample("first").ToSvg());

        static List<string> Ids(XElement svg) => [.. svg.DescendantsAndSelf().Attributes("id").Select(a => a.Value)];
    }

    [Fact]
    public void A_png_has_twice_the_size()
    {
        var png = Sample("title").ToPng();
        Assert.Equal("PNG"u8, png.AsSpan(1, 3));
        Assert.Equal((1640, 1040), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
    }

    private static Figure Sample(string title)
    {
        var figure = new Figure(title, "812 rows", "layer", "recall, %");
        figure.Plot.Add.Scatter(new Coordinates[] { new(0, 0), new(1, 90) }).LegendText = "rolling";
        figure.Say("chosen", 1, 90, Alignment.UpperRight, Ink.Blue);
        figure.ShowLegend();
        return figure;
    }
}
