using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary>Parameters and body of a macro or of a call block.</summary>
internal sealed record MacroDefinition(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Body Body)
{
    public bool TakesMorePlaces { get; init; }

    public bool TakesMoreNames { get; init; }

    /// <summary>What can be called; the body sees the variables around its definition.</summary>
    public Callable Close(Scope scope) => new(Name, (context, arguments) => context.Capture(() => context.Within(scope, inner => Run(context, arguments, inner))));

    private void Run(RenderContext context, CallArguments arguments, Scope scope)
    {
        var given = new Dictionary<string, object?>(StringComparer.Ordinal);
        var extra = new TemplateMap();
        foreach (var (name, value) in arguments.Named)
        {
            if (name == "caller" || Parameters.Any(p => p.Name == name))
                given[name] = value;
            else
                extra.Set(Marking.MarkedText.Template(name), value);
        }

        if (extra.Count > 0 && !TakesMoreNames)
            throw new TemplateFault($"macro '{Name}' takes no keyword argument '{Python.Str(extra.Keys.First()).Value}'");
        if (arguments.Positional.Count > Parameters.Count && !TakesMorePlaces)
            throw new TemplateFault($"macro '{Name}' takes not more than {Parameters.Count} argument(s)");
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, fallback) = Parameters[i];
            if (i < arguments.Positional.Count)
            {
                if (given.ContainsKey(name))
                    throw new TemplateFault($"macro '{Name}' got multiple values for argument '{name}'");
                given[name] = arguments.Positional[i];
            }

            scope.Set(name, given.TryGetValue(name, out var value) ? value
                : fallback is not null ? fallback.Evaluate(context)
                : new Undefined($"parameter '{name}' was not provided"));
        }

        scope.Set("caller", given.GetValueOrDefault("caller", new Undefined("no caller defined")));
        scope.Set("varargs", TemplateList.Tuple([.. arguments.Positional.Skip(Parameters.Count)]));
        scope.Set("kwargs", extra);
        Body.Run(context);
    }
}

internal sealed class MacroStatement(int position, MacroDefinition macro) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        context.Scope.Set(macro.Name, macro.Close(context.Scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call(…) name(…) %}…{% endcall %}</c>: calls a macro and hands it a body to call back.</summary>
internal sealed class CallBlockStatement(int position, Call call, MacroDefinition caller) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        var result = call.Invoke(context, [new("caller", caller.Close(context.Scope))]);
        context.WriteText(result);
        return Flow.Next;
    }
}
