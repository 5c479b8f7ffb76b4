using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary>A block whose own meaning does not matter here: <c>block</c>, <c>generation</c>.</summary>
internal sealed class TransparentStatement(int position, Body body, bool scoped) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        if (!scoped)
            return body.Run(context);
        var flow = Flow.Next;
        context.Within(null, _ => flow = body.Run(context));
        return flow;
    }
}
