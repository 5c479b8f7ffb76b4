namespace SafeSwitch.Tokenization.Templates.Expressions;

internal sealed class Literal(int position, object? value) : Expression(position)
{
    public object? Value => value;

    protected override object? Compute(RenderContext context) => value;
}
