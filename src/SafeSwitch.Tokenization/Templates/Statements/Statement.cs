using SafeSwitch.Tokenization.Templates.Runtime;

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

/// <summary>Where to go after a statement.</summary>
internal enum Flow { Next, Break, Continue }

/// <summary>Statements one after the other.</summary>
internal sealed class Body(IReadOnlyList<Statement> statements)
{
    public static readonly Body Empty = new([]);

    public Flow Run(RenderContext context)
    {
        foreach (var statement in statements)
        {
            var flow = statement.Run(context);
            if (flow != Flow.Next)
                return flow;
        }

        return Flow.Next;
    }

    /// <summary>What the statements write, with variables of their own.</summary>
    public Marking.MarkedText Capture(RenderContext context) => context.Capture(() => context.Within(null, _ => Run(context)));
}
