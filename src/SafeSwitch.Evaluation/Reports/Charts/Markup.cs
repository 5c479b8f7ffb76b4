using System.Xml;
using System.Xml.Linq;

namespace SafeSwitch.Evaluation.Reports.Charts;

/// <summary>Builds HTML as a tree, so that no text can become markup.</summary>
internal static class Markup
{
    // The only elements that HTML allows without an end tag, of those used here.
    private static readonly HashSet<string> Void = ["br", "meta", "hr"];

    public static XElement Tag(string name, params object?[] content) => new(name, content);

    public static XElement ClassTag(string name, string classes, params object?[] content) => new(name, new XAttribute("class", classes), content);

    public static XAttribute Set(string name, object value) => new(name, value);

    /// <summary>The tree as text. Characters that neither XML nor HTML can hold, which a model may well say, become U+FFFD.</summary>
    public static string Write(XElement root)
    {
        foreach (var element in root.DescendantsAndSelf())
        {
            foreach (var attribute in element.Attributes())
                attribute.Value = Clean(attribute.Value);
            foreach (var text in element.Nodes().OfType<XText>())
                text.Value = Clean(text.Value);
            // "<td />" would be read as a start tag.
            if (element.IsEmpty && !Void.Contains(element.Name.LocalName) && element.AncestorsAndSelf().All(e => e.Name.LocalName != "svg"))
                element.Value = "";
        }

        return root.ToString(SaveOptions.DisableFormatting);
    }

    private static string Clean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i]))
                continue;
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i]))
                i++;
            else
                text = string.Concat(text.AsSpan(0, i), "\uFFFD", text.AsSpan(i + 1));
        }

        return text;
    }
}
