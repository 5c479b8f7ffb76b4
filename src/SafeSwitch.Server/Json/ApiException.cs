using Microsoft.AspNetCore.Http;
using SafeSwitch.Backends;
using SafeSwitch.Guard;

namespace SafeSwitch.Server.Json;

/// <summary>A request that is refused, in the shape in which OpenAI's clients read it.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">A word for programs.</param>
/// <param name="message">A sentence for people: what was found, what was expected.</param>
/// <param name="parameter">Path of the field that it is about; <see langword="null"/> for none.</param>
internal sealed class ApiException(int status, string code, string message, string? parameter = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string? Parameter { get; } = parameter;

    /// <summary>When to try again; <see langword="null"/> if that changes nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public ErrorDocument Document => new(new ErrorDocument.Details(Message, Type, Parameter, Code));

    // The words of OpenAI's own service.
    private string Type => Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>A field that can't be used.</summary>
    public static ApiException Field(string path, string found, string expected) =>
        new(StatusCodes.Status400BadRequest, "invalid_value", $"{path}: found {found}, expected {expected}.", path);

    /// <summary>What a failure is to the caller; <see langword="null"/> for a fault of the server's own, of which a caller learns nothing.</summary>
    public static ApiException? From(Exception failure) => failure switch
    {
        ApiException known => known,
        TooManyRequestsException e => new(StatusCodes.Status429TooManyRequests, "queue_full", e.Message) { RetryAfter = e.RetryAfter },
        PromptTooLongException e => new(StatusCodes.Status400BadRequest, "context_length_exceeded", e.Message, "messages"),
        PromptFormatException e => new(StatusCodes.Status400BadRequest, "invalid_messages", e.Message, "messages"),
        TimeoutException => new(StatusCodes.Status504GatewayTimeout, "timeout", "The answer was not finished in the time that a request has."),
        NotSupportedException e => new(StatusCodes.Status400BadRequest, "unsupported", e.Message),
        // The web server's own limits.
        BadHttpRequestException e => new(
            e.StatusCode,
            e.StatusCode switch
            {
                StatusCodes.Status408RequestTimeout => "request_timeout",
                StatusCodes.Status413PayloadTooLarge => "request_too_large",
                _ => "invalid_request",
            },
            $"The request can't be read: {e.Message}"),
        _ => null,
    };
}

/// <summary>An error as OpenAI's clients read it.</summary>
internal sealed record ErrorDocument(ErrorDocument.Details Error)
{
    public sealed record Details(string Message, string Type, string? Param, string Code);
}
