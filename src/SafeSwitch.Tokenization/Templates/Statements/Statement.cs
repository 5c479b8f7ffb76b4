namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary>Part of a template that does something, such as writing text.</summary>
internal abstract class Statement(int position)
{
    public int Position => position;

    public Flow Run(RenderContext context)
    {
        context.Step(position);
        return Execute(context);
    }

    protected abstract Flow Execute(RenderContext context);
}
