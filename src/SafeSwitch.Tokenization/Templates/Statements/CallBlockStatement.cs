using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary><c>{% call(…) name(…) %}…{% endcall %}</c>: calls a macro and hands it a body to call back.</summary>
internal sealed class CallBlockStatement(int position, Call call, MacroDefinition caller) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        var result = call.Invoke(context, [new("caller", caller.Close(context.Scope))]);
        context.Write(Python.Str(result));
        return Flow.Next;
    }
}
