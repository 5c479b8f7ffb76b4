using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class FilterBlockStatement(int position, FilterCall filter, Body body) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        context.Write(Python.Str(filter.Apply(context, body.Capture(context))));
        return Flow.Next;
    }
}
