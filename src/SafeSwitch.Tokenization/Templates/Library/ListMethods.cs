using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What a list or tuple can do.</summary>
internal static class ListMethods
{
    public static object? Find(TemplateList list, string name) => name switch
    {
        "count" => new Callable(name, (_, arguments) => (long)list.Items.Count(item => Python.AreEqual(item, arguments.Bind(name, "value").Need(0)))),
        "index" => new Callable(name, (_, arguments) => IndexOf(list, arguments.Bind(name, "value").Need(0))),
        "copy" when !list.IsTuple => new Callable(name, (_, _) => list),
        "append" or "extend" or "insert" or "remove" or "pop" or "clear" or "sort" or "reverse" when !list.IsTuple => MapMethods.Refusal(name, "list"),
        _ => null,
    };

    private static long IndexOf(TemplateList list, object? value)
    {
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (Python.AreEqual(list.Items[i], value))
                return i;
        }

        throw new TemplateFault($"{PythonRepr.Of(value)} is not in list");
    }
}
