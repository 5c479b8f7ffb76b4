using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What <c>is …</c> can ask.</summary>
internal static class Tests
{
    public delegate bool Test(RenderContext context, object? value, CallArguments arguments);

    private static readonly Dictionary<string, Test> All = new(StringComparer.Ordinal)
    {
        ["defined"] = (_, value, a) => a.None("defined") && value is not Undefined,
        ["undefined"] = (_, value, a) => a.None("undefined") && value is Undefined,
        ["none"] = (_, value, a) => a.None("none") && value is null,
        ["boolean"] = (_, value, a) => a.None("boolean") && value is bool,
        ["true"] = (_, value, a) => a.None("true") && value is true,
        ["false"] = (_, value, a) => a.None("false") && value is false,
        ["integer"] = (_, value, a) => a.None("integer") && (PythonNumber.IsInteger(value) && value is not bool),
        ["float"] = (_, value, a) => a.None("float") && value is double,
        ["number"] = (_, value, a) => a.None("number") && PythonNumber.IsNumber(value),
        ["string"] = (_, value, a) => a.None("string") && value is MarkedText,
        ["mapping"] = (_, value, a) => a.None("mapping") && value is TemplateMap,
        ["sequence"] = (_, value, a) => a.None("sequence") && value is MarkedText or TemplateList or TemplateMap or IntegerRange or Undefined,
        ["iterable"] = (_, value, a) => a.None("iterable") && Python.IsIterable(value),
        ["callable"] = (_, value, a) => a.None("callable") && value is Callable or LoopState or Undefined,
        ["odd"] = (context, value, a) => a.None("odd") && LeavesOver(context, value, 2L, 1L),
        ["even"] = (context, value, a) => a.None("even") && LeavesOver(context, value, 2L, 0L),
        ["divisibleby"] = (context, value, a) => LeavesOver(context, value, a.Bind("divisibleby", "num").Need(0), 0L),
        ["lower"] = (context, value, a) => a.None("lower") && PythonText.IsLower(Text(context, value)),
        ["upper"] = (context, value, a) => a.None("upper") && PythonText.IsUpper(Text(context, value)),
        ["sameas"] = (_, value, a) => IsSame(value, a.Bind("sameas", "other").Need(0)),
        ["in"] = (context, value, a) => Contains(context, a.Bind("in", "seq").Need(0), value),
        ["escaped"] = (_, value, a) => a.None("escaped") && value is MarkedText { IsSafe: true },
        ["filter"] = (_, value, a) => a.None("filter") && IsName(value) && Filters.Exists(((MarkedText)value!).Value),
        ["test"] = (_, value, a) => a.None("test") && IsName(value) && All!.ContainsKey(((MarkedText)value!).Value),
        ["eq"] = Compares("=="),
        ["=="] = Compares("=="),
        ["equalto"] = Compares("=="),
        ["ne"] = Compares("!="),
        ["!="] = Compares("!="),
        ["lt"] = Compares("<"),
        ["<"] = Compares("<"),
        ["lessthan"] = Compares("<"),
        ["le"] = Compares("<="),
        ["<="] = Compares("<="),
        ["gt"] = Compares(">"),
        [">"] = Compares(">"),
        ["greaterthan"] = Compares(">"),
        ["ge"] = Compares(">="),
        [">="] = Compares(">="),
    };

    /// <summary>The test of a name that was computed, such as the argument of <c>select</c>.</summary>
    public static Test Find(object? name) => name is MarkedText text ? Find(text.Value) : Find(PythonRepr.Of(name));

    public static bool Exists(string name) => All.ContainsKey(name);

    public static Test Find(string name) => All.TryGetValue(name, out var test) ? test : throw new TemplateFault($"No test named '{name}'.");

    private static Test Compares(string operation) => (context, value, arguments) =>
        Operators.Holds(context, operation, value, arguments.Bind(operation, "other").Need(0));

    private static string Text(RenderContext context, object? value)
    {
        context.ChargeForAll(value);
        return Python.Str(value).Value;
    }

    private static bool Contains(RenderContext context, object? container, object? value)
    {
        context.ChargeForAll(container);
        return Python.Contains(container, value);
    }

    private static bool LeavesOver(RenderContext context, object? value, object? divisor, long rest) =>
        Python.AreEqual(Operators.Apply(context, "%", value, divisor), rest);

    /// <summary>Only text names something, but whatever no dictionary can hold is an error.</summary>
    private static bool IsName(object? value)
    {
        TemplateMap.RefuseUnhashable(value);
        return value is MarkedText;
    }

    private static bool IsSame(object? first, object? second) => ReferenceEquals(first, second)
        || (first is bool or long && first.GetType() == second?.GetType() && first.Equals(second))
        || (first is MarkedText && Python.AreEqual(first, second));
}
