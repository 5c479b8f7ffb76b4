using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary>A whole template: its statements, and the blocks among them that it can name.</summary>
internal sealed class TemplateBody(Body body, IEnumerable<BlockStatement> blocks)
{
    private readonly TemplateReference self = new(blocks.ToDictionary(block => block.Name, block => block.Reference, StringComparer.Ordinal));

    public void Run(RenderContext context)
    {
        context.Scope.Set("self", self);
        body.Run(context);
    }
}
