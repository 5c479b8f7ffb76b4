using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Statements;

internal sealed class TextStatement(int position, string text) : Statement(position)
{
    private readonly MarkedText text = MarkedText.Template(text);

    protected override Flow Execute(RenderContext context)
    {
        context.Write(text);
        return Flow.Next;
    }
}
