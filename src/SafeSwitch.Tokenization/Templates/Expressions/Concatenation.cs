using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Values;

namespace SafeSwitch.Tokenization.Templates.Expressions;

/// <summary><c>a ~ b</c>: the text of both, one after the other.</summary>
internal sealed class Concatenation(int position, IReadOnlyList<Expression> parts) : Expression(position)
{
    protected override object? Compute(RenderContext context)
    {
        var result = new MarkedTextBuilder();
        foreach (var part in parts)
            result.Append(Python.Str(part.Evaluate(context)));
        context.Charge(result.Length);
        return result.Build();
    }
}
