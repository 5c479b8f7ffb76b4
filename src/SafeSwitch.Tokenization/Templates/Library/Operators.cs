using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What arithmetic and comparison operators do, on numbers, and on text and lists where Python has it.</summary>
internal static class Operators
{
    public static object? Apply(RenderContext context, string operation, object? a, object? b)
    {
        if (operation == "%" && a is MarkedText format)
            return PercentFormat.Apply(context, format, b);
        if ((a as Undefined ?? b as Undefined) is { } undefined)
            throw undefined.Fault();
        switch (operation, a, b)
        {
            case ("+", MarkedText x, MarkedText y):
                context.Charge(x.Length + y.Length);
                return x.IsSafe || y.IsSafe
                    ? MarkedText.Concat(Html.Escape(context, x), Html.Escape(context, y)).AsSafe()
                    : MarkedText.Concat(x, y);
            case ("+", TemplateList x, TemplateList y) when x.IsTuple == y.IsTuple:
                context.StepThrough((long)x.Items.Count + y.Items.Count);
                return new TemplateList([.. x.Items, .. y.Items], x.IsTuple);
            case ("*", MarkedText text, _) when PythonNumber.IsInteger(b):
                return Repeat(context, text, Python.ToIndex(b));
            case ("*", _, MarkedText text) when PythonNumber.IsInteger(a):
                return Repeat(context, text, Python.ToIndex(a));
            case ("*", TemplateList list, _) when PythonNumber.IsInteger(b):
                return Repeat(context, list, Python.ToIndex(b));
            case ("*", _, TemplateList list) when PythonNumber.IsInteger(a):
                return Repeat(context, list, Python.ToIndex(a));
        }

        if (!PythonNumber.IsNumber(a) || !PythonNumber.IsNumber(b))
        {
            throw new TemplateFault(operation == "+" && a is MarkedText
                ? $"can only concatenate str (not \"{Python.TypeName(b)}\") to str"
                : $"unsupported operand type(s) for {operation}: '{Python.TypeName(a)}' and '{Python.TypeName(b)}'");
        }

        return operation switch
        {
            "+" => PythonNumber.Add(a, b),
            "-" => PythonNumber.Subtract(a, b),
            "*" => PythonNumber.Multiply(a, b),
            "/" => PythonNumber.Divide(a, b),
            "//" => PythonNumber.FloorDivide(a, b),
            "%" => PythonNumber.Modulo(a, b),
            _ => PythonNumber.Power(a, b),
        };
    }

    private static MarkedText Repeat(RenderContext context, MarkedText text, long count)
    {
        if (count <= 0 || text.Length == 0)
            return text.IsSafe ? MarkedText.Empty.AsSafe() : MarkedText.Empty;
        context.Charge(count > int.MaxValue ? long.MaxValue / 2 : count * text.Length);
        var result = new MarkedTextBuilder();
        for (var i = 0L; i < count; i++)
            result.Append(text);
        return text.IsSafe ? result.Build().AsSafe() : result.Build();
    }

    private static TemplateList Repeat(RenderContext context, TemplateList list, long count)
    {
        count = Math.Max(0, count);
        context.StepThrough(count > int.MaxValue ? long.MaxValue / 2 : count * list.Items.Count);
        return new TemplateList([.. Enumerable.Repeat(list.Items, list.Items.Count == 0 ? 0 : (int)count).SelectMany(items => items)], list.IsTuple);
    }

    /// <summary>Whether a comparison holds. It costs what it reads: what is searched, or of two values the smaller.</summary>
    public static bool Holds(RenderContext context, string operation, object? left, object? right)
    {
        context.Charge(operation is "in" or "not in" ? Python.Weight(right) : Math.Min(Python.Weight(left), Python.Weight(right)));
        return Holds(operation, left, right);
    }

    private static bool Holds(string operation, object? left, object? right) => operation switch
    {
        "==" => Python.AreEqual(left, right),
        "!=" => !Python.AreEqual(left, right),
        "in" => Python.Contains(right, left),
        "not in" => !Python.Contains(right, left),
        _ when IsNaN(left) || IsNaN(right) => false,
        "<" => Python.Compare(left, right, operation) < 0,
        "<=" => Python.Compare(left, right, operation) <= 0,
        ">" => Python.Compare(left, right, operation) > 0,
        _ => Python.Compare(left, right, operation) >= 0,
    };

    private static bool IsNaN(object? value) => value is double real && double.IsNaN(real);
}
