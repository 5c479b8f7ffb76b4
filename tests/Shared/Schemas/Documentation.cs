using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SafeSwitch.Tests.Schemas;

/// <summary>What the comments in the code say of a type or a property, as plain text.</summary>
internal static partial class Documentation
{
    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> Files = new();

    public static string? Of(Type type) => Find(type, $"T:{NameOf(type)}") is { } found ? Text(found.Element("summary")) : null;

    public static string? Of(MemberInfo property)
    {
        var type = property.DeclaringType!;
        if (Find(type, $"P:{NameOf(type)}.{property.Name}") is { } found)
            return string.Join(' ', new[] { Text(found.Element("summary")), Text(found.Element("value")) is { } value ? $"Default: {(value.StartsWith("The default is ", StringComparison.Ordinal) ? value[15..] : value)}" : null }.OfType<string>());
        // Of a record's parameter.
        return Text(Find(type, $"T:{NameOf(type)}")?.Elements("param").FirstOrDefault(p => p.Attribute("name")?.Value == property.Name));
    }

    private static XElement? Find(Type type, string name) => Files.GetOrAdd(type.Assembly, static assembly =>
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return File.Exists(file) ? XDocument.Load(file).Descendants("member").ToDictionary(m => m.Attribute("name")!.Value) : [];
    }).GetValueOrDefault(name);

    private static string NameOf(Type type) => (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    private static string? Text(XElement? element)
    {
        if (element is null)
            return null;
        var text = string.Concat(element.Nodes().Select(n => n switch
        {
            XText words => words.Value,
            XElement { Name.LocalName: "see" or "paramref" } link => (link.Attribute("langword") ?? link.Attribute("cref") ?? link.Attribute("name"))?.Value.Split('(')[0].Split('.', ':')[^1] ?? link.Value,
            XElement other => other.Value,
            _ => "",
        }));
        text = Spaces().Replace(text, " ").Trim();
        return text.Length > 0 ? text : null;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
