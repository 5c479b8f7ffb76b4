using System.Text.Json.Nodes;
using SafeSwitch.Tokenization.Templates;
using SafeSwitch.Tokenization.Templates.Runtime;
using SafeSwitch.Tokenization.Templates.Statements;
using SafeSwitch.Tokenization.Templates.Syntax;

namespace SafeSwitch.Tokenization;

/// <summary>
/// A chat template in Jinja, with the semantics that model hubs give it. Parsed once, rendered many times. Immutable and thread-safe.
/// A template can reach nothing but its variables; it is bounded in steps and length.
/// </summary>
public sealed class ChatTemplate
{
    private readonly IReadOnlyDictionary<string, string> specialTokens;
    private readonly SourceText text;
    private readonly TemplateBody body;

    private ChatTemplate(string source, string name, IReadOnlyDictionary<string, string> specialTokens)
    {
        Source = source;
        text = new SourceText(source, name);
        body = new TemplateParser(text).Parse();
        Name = name;
        this.specialTokens = specialTokens;
    }

    /// <summary>The template as written.</summary>
    public string Source { get; }

    /// <summary>What the template is called in errors.</summary>
    public string Name { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">The template.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="specialTokens">Template text that it is given by name, such as <c>bos_token</c>.</param>
    /// <exception cref="ChatTemplateException">The template is malformed or uses a statement that is not supported.</exception>
    public static ChatTemplate Parse(string source, string name = "chat_template", IReadOnlyDictionary<string, string>? specialTokens = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Create(source, name, specialTokens ?? new Dictionary<string, string>());
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">What the template is given beside it, and how far it may go.
    /// <value><see cref="TemplateOptions.Default"/>.</value></param>
    /// <exception cref="ArgumentNullException">There are no messages.</exception>
    /// <exception cref="ChatTemplateException">The template failed, refused the messages or went beyond its limits.</exception>
    public RenderedPrompt Render(IReadOnlyList<TemplateMessage> messages, TemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= TemplateOptions.Default;
        return Run(() => TemplateVariables.From(messages, options, specialTokens), options);
    }

    /// <summary>Renders with variables of the caller's own: <c>messages</c>, and whatever else the template reads.</summary>
    /// <param name="variables">All variables by name. Text in <c>messages</c> counts as content of its message, special tokens by name
    /// (<c>bos_token</c>) count as template text, all else as content of no message.</param>
    /// <param name="options">The clock and the limits; its other members are not looked at.</param>
    /// <exception cref="ChatTemplateException">The template failed, refused the messages or went beyond its limits.</exception>
    public RenderedPrompt RenderVariables(JsonObject variables, TemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(variables);
        return Run(() => TemplateVariables.From(variables, specialTokens), options ?? TemplateOptions.Default);
    }

    internal static ChatTemplate Create(string source, string name, IReadOnlyDictionary<string, string> specialTokens) => new(source, name, specialTokens);

    private RenderedPrompt Run(Func<Scope> variables, TemplateOptions options)
    {
        RenderContext? context = null;
        try
        {
            context = new RenderContext(options, variables());
            body.Run(context);
            return new RenderedPrompt(context.Output);
        }
        catch (TemplateFault fault)
        {
            throw text.Error(fault.Message, context?.Position ?? 0, fault);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw text.Error("the template or its input nests too deeply", context?.Position ?? 0, e);
        }
    }
}
