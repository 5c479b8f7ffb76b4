namespace SafeSwitch.Tokenization.Templates.Expressions;

internal sealed class NameReference(int position, string name) : Expression(position)
{
    public string Name => name;

    protected override object? Compute(RenderContext context) => context.Lookup(name);
}
