using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What <c>is …</c> can ask.</summary>
internal static class Tests
{
    public delegate bool Test(RenderContext context, object? value, CallArguments arguments);

    private static readonly Dictionary<string, Test> All = new(StringComparer.Ordinal)
    {
        ["defined"] = (_, value, _) => value is not Undefined,
        ["undefined"] = (_, value, _) => value is Undefined,
        ["none"] = (_, value, _) => value is null,
        ["boolean"] = (_, value, _) => value is bool,
        ["true"] = (_, value, _) => value is true,
        ["false"] = (_, value, _) => value is false,
        ["integer"] = (_, value, _) => PythonNumber.IsInteger(value) && value is not bool,
        ["float"] = (_, value, _) => value is double,
        ["number"] = (_, value, _) => PythonNumber.IsNumber(value),
        ["string"] = (_, value, _) => value is MarkedText,
        ["mapping"] = (_, value, _) => value is TemplateMap,
        ["sequence"] = (_, value, _) => value is MarkedText or TemplateList or TemplateMap or IntegerRange or Undefined,
        ["iterable"] = (_, value, _) => Python.IsIterable(value),
        ["callable"] = (_, value, _) => value is Callable,
        ["odd"] = (_, value, _) => !PythonNumber.ToBig(Number(value)).IsEven,
        ["even"] = (_, value, _) => PythonNumber.ToBig(Number(value)).IsEven,
        ["divisibleby"] = (_, value, a) => PythonNumber.ToBig(PythonNumber.Modulo(Number(value), Number(a.Bind("divisibleby", "num").Need(0)))).IsZero,
        ["lower"] = (_, value, _) => IsCase(Python.Str(value).Value, upper: false),
        ["upper"] = (_, value, _) => IsCase(Python.Str(value).Value, upper: true),
        ["sameas"] = (_, value, a) => IsSame(value, a.Bind("sameas", "other").Need(0)),
        ["in"] = (_, value, a) => Python.Contains(a.Bind("in", "seq").Need(0), value),
        ["escaped"] = (_, _, _) => false,
        ["filter"] = (_, value, _) => Filters.Exists(Python.Str(value).Value),
        ["test"] = (_, value, _) => All!.ContainsKey(Python.Str(value).Value),
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

    public static Test Find(string name) => All.TryGetValue(name, out var test) ? test : throw new TemplateFault($"No test named '{name}'.");

    private static Test Compares(string operation) => (_, value, arguments) =>
        Operators.Holds(operation, value, arguments.Bind(operation, "other").Need(0));

    private static object? Number(object? value) => PythonNumber.IsInteger(value) ? value
        : value is double real && Math.Floor(real) == real ? PythonNumber.Normalize(new System.Numerics.BigInteger(real))
        : throw new TemplateFault($"expected a whole number, found {Python.TypeName(value)}");

    private static bool IsCase(string text, bool upper) => text.EnumerateRunes().Any(PythonText.IsCased)
        && (upper ? PythonText.Upper(text) : PythonText.Lower(text)) == text;

    private static bool IsSame(object? first, object? second) => ReferenceEquals(first, second)
        || (first is bool or long && first.GetType() == second?.GetType() && first.Equals(second))
        || (first is MarkedText && Python.AreEqual(first, second));
}
