using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class TextStatement(int position, string text) : Statement(position)
{
    private readonly MarkedText text = MarkedText.Template(text);

    protected override Flow Execute(RenderContext context)
    {
        context.Write(text);
        return Flow.Next;
    }
}

internal sealed class PrintStatement(int position, Expression value) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        var result = value.Evaluate(context);
        context.Position = Position;
        if (result is not Marking.MarkedText)
            context.ChargeForAll(result);
        context.Write(Python.Str(result));
        return Flow.Next;
    }
}

internal sealed class FilterBlockStatement(int position, FilterCall filter, Body body) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        context.WriteText(filter.Apply(context, body.Capture(context)));
        return Flow.Next;
    }
}
