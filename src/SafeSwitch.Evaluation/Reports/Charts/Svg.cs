using System.Globalization;
using System.Xml.Linq;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>Elements of an SVG. In a page its colours and its type are the page's own; a file of its own brings them.</summary>
internal static class Svg
{
    private static readonly XNamespace Namespace = "http://www.w3.org/2000/svg";

    public static XElement Of(string name, params (string Name, object Value)[] attributes) =>
        new(name, attributes.Select(a => new XAttribute(a.Name, a.Value is double d ? Number(d) : a.Value)));

    public static XElement Text(double x, double y, string text, string classes)
    {
        var element = Of("text", ("x", x), ("y", y), ("class", classes));
        element.Value = text;
        return element;
    }

    public static XElement Line(double x1, double y1, double x2, double y2, string classes) =>
        Of("line", ("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2), ("class", classes));

    public static XElement Group(IEnumerable<XElement> content, params (string Name, object Value)[] attributes)
    {
        var group = Of("g", attributes);
        group.Add(content);
        return group;
    }

    /// <summary>A whole drawing. What it shows is said in words too, for those who don't see it.</summary>
    public static XElement Drawing(double width, double height, string classes, string title, string description, IEnumerable<XElement> content)
    {
        var svg = Of("svg", ("viewBox", $"0 0 {Number(width)} {Number(height)}"), ("class", classes), ("role", "img"), ("aria-label", $"{title}. {description}"));
        svg.Add(content);
        return svg;
    }

    /// <summary>A drawing as a file of its own.</summary>
    public static string File(double width, double height, string title, string description, string style, IEnumerable<XElement> content)
    {
        var svg = Drawing(width, height, "", title, description, [new XElement("title", title), new XElement("style", style), .. content]);
        svg.SetAttributeValue("width", Number(width));
        svg.SetAttributeValue("height", Number(height));
        svg.SetAttributeValue("class", null);
        foreach (var element in svg.DescendantsAndSelf())
            element.Name = Namespace + element.Name.LocalName;
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{Markup.Write(svg)}\n";
    }

    /// <summary>About how wide a text is at 14 pixels, for what must find room for it before anybody draws it.</summary>
    public static double WidthOf(string text) => 7.4 * text.Length;

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
