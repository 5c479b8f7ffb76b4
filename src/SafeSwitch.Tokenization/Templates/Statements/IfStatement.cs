using SafeSwitch.Tokenization.Templates.Expressions;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class IfStatement(int position, IReadOnlyList<(Expression Condition, Body Body)> branches, Body otherwise) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        foreach (var (condition, body) in branches)
        {
            if (Python.IsTrue(condition.Evaluate(context)))
                return body.Run(context);
        }

        return otherwise.Run(context);
    }
}
