namespace SafeSwitch.Tokenization.Templates.Values;

/// <summary>Something that a template can call.</summary>
internal class Callable(string name, Func<RenderContext, CallArguments, object?> body)
{
    public string Name => name;

    public object? Call(RenderContext context, CallArguments arguments) => body(context, arguments);
}
