using System.Globalization;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>The attribute that a filter looks at, such as <c>a.b</c> or <c>0</c>; empty for the item itself.</summary>
internal sealed class ItemPath(IReadOnlyList<object> parts)
{
    public static ItemPath Of(object? attribute) => attribute switch
    {
        null => new ItemPath([]),
        MarkedText path => new ItemPath([.. path.Value.Split('.').Select(part =>
            part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit) ? (object)long.Parse(part, CultureInfo.InvariantCulture) : MarkedText.Template(part))]),
        _ => new ItemPath([attribute]),
    };

    public object? Get(object? item)
    {
        foreach (var part in parts)
            item = Members.Item(item, part);
        return item;
    }

    /// <summary>The value, or another one where the item has none.</summary>
    public object? Get(object? item, object? fallback)
    {
        foreach (var part in parts)
        {
            item = Members.Item(item, part);
            if (item is Undefined)
                return fallback;
        }

        return item;
    }
}
