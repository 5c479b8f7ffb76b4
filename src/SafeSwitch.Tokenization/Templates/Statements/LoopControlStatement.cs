namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class LoopControlStatement(int position, Flow flow) : Statement(position)
{
    protected override Flow Execute(RenderContext context) => flow;
}
