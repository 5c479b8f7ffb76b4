using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary><c>{% generation %}…{% endgeneration %}</c>: marks text for training, which does not matter here.</summary>
internal sealed class GenerationStatement(int position, Body body) : Statement(position)
{
    protected override Flow Execute(RenderContext context) => body.Run(context);
}

/// <summary>
/// <c>{% block name %}…{% endblock %}</c>. It is rendered where it is written and wherever <c>self.name()</c> asks for it, and sees the variables
/// of the template's outermost level, those around it only if it is <c>scoped</c>.
/// </summary>
internal sealed class BlockStatement(int position, string name, Body body, bool scoped, bool required) : Statement(position)
{
    public string Name => name;

    /// <summary>What <c>self.name</c> is.</summary>
    public Callable Reference { get; } = new(name, (context, arguments) => arguments.None(name)
        ? context.Capture(() => context.Within(context.Outermost, _ => body.Run(context)))
        : null);

    protected override Flow Execute(RenderContext context)
    {
        if (required)
            throw new TemplateFault($"Required block '{name}' not found");
        context.Within(scoped ? null : context.Outermost, _ => body.Run(context));
        return Flow.Next;
    }
}
