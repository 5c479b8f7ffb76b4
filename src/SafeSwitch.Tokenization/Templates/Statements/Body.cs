namespace SafeSwitch.Tokenization.Templates.Statements;

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
