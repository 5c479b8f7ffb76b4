using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary>Part of a template that has a value.</summary>
internal abstract class Expression(int position)
{
    public int Position => position;

    public object? Evaluate(RenderContext context)
    {
        context.Step(position);
        return Compute(context);
    }

    protected abstract object? Compute(RenderContext context);
}
