using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization;

/// <summary>A chat template that cannot be parsed, that failed or refused while rendering, or that went beyond its limits.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>An error without a place.</summary>
    public ChatTemplateException()
        : this("The chat template cannot be rendered.")
    {
    }

    /// <summary>An error described by a message.</summary>
    public ChatTemplateException(string message)
        : base(message) => Reason = message;

    /// <summary>An error described by a message, and what caused it.</summary>
    public ChatTemplateException(string message, Exception? innerException)
        : base(message, innerException) => Reason = message;

    internal ChatTemplateException(string template, string reason, int line, int column, string sourceLine, Exception? innerException = null)
        : base($"{template}({line},{column}): {reason}{Environment.NewLine}    {sourceLine}", innerException)
    {
        Template = template;
        Reason = reason;
        Line = line;
        Column = column;
        SourceLine = sourceLine;
    }

    /// <summary>A name for this kind of error that stays whatever its message says.</summary>
    public string DiagnosticId => "SS0502";

    /// <summary>The template's name, as it was given to the parser.</summary>
    public string Template { get; } = "";

    /// <summary>How much text there was when that became more than is allowed; null for any other fault.</summary>
    internal long? LengthReached => (InnerException as TemplateFault)?.LengthReached;

    /// <summary>What went wrong, without the place; for a template that calls <c>raise_exception</c>, its own words.</summary>
    public string Reason { get; }

    /// <summary>The line at fault, from 1; 0 if unknown.</summary>
    public int Line { get; }

    /// <summary>The column at fault, from 1; 0 if unknown.</summary>
    public int Column { get; }

    /// <summary>The line at fault as the template has it, shortened around the column if it is very long.</summary>
    public string SourceLine { get; } = "";
}
