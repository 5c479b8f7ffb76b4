namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class MacroStatement(int position, MacroDefinition macro) : Statement(position)
{
    protected override Flow Execute(RenderContext context)
    {
        context.Scope.Set(macro.Name, macro.Close(context.Scope));
        return Flow.Next;
    }
}
