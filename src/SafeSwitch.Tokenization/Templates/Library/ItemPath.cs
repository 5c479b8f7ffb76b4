using System.Globalization;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>The attribute that a filter looks at, such as <c>a.b</c> or <c>0</c>; empty for the item itself.</summary>
/// <param name="parts">One key after the other.</param>
/// <param name="fallback">What stands for a part that is missing, or null: then it is undefined.</param>
internal sealed class ItemPath(IReadOnlyList<object> parts, object? fallback = null)
{
    public static ItemPath Of(object? attribute, object? fallback = null) => attribute switch
    {
        null => new ItemPath([]),
        MarkedText path => new ItemPath([.. path.Value.Split('.').Select(Part)], fallback),
        _ => new ItemPath([attribute], fallback),
    };

    /// <summary>Several attributes with commas between them, as <c>sort</c> takes them.</summary>
    public static ItemPath[] Several(object? attributes) => attributes is MarkedText several
        ? [.. several.Value.Split(',').Select(path => Of(MarkedText.Template(path)))]
        : [Of(attributes)];

    public object? Get(object? item)
    {
        foreach (var part in parts)
        {
            item = Members.Item(item, part);
            if (fallback is not null && item is Undefined)
                item = fallback;
        }

        return item;
    }

    private static object Part(string part) => part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit)
        ? long.Parse(part, CultureInfo.InvariantCulture)
        : MarkedText.Template(part);
}
