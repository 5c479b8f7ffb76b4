using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Responses;

namespace SafeSwitch.Server.Access;

/// <summary>
/// What every request comes in by: it has a key and a place within its limits, and whatever goes wrong behind is answered in OpenAI's shape. It is part
/// of each endpoint and not a middleware, so that no host can leave it out.
/// </summary>
internal sealed partial class Door(ApiKeys keys, KeyLimits limits, IHostApplicationLifetime lifetime, ILogger<Door> logger)
{
    public const string RequestIdHeader = "x-request-id";

    private static readonly TimeSpan WhenAnotherServes = TimeSpan.FromSeconds(5);

    /// <summary>Puts the door in front of an endpoint.</summary>
    public RequestDelegate Before(RequestDelegate endpoint) => async context =>
    {
        context.Response.Headers[RequestIdHeader] = context.TraceIdentifier;
        SecurityHeaders.AddTo(context.Response);
        try
        {
            var key = keys.Check(context);
            if (lifetime.ApplicationStopping.IsCancellationRequested)
                throw new ApiException(StatusCodes.Status503ServiceUnavailable, "stopping", "The server is stopping and takes no more requests.") { RetryAfter = WhenAnotherServes };
            using (limits.Enter(key))
                await endpoint(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
#pragma warning disable CA1031 // The edge of the server: every failure becomes an answer, or ends the connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var error = Explain(e, context);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await WriteAsync(context, error).ConfigureAwait(false);
        }
    };

    /// <summary>What a failure is to the caller. Faults of our own are logged, and the caller gets the request's id.</summary>
    public ApiException Explain(Exception failure, HttpContext context)
    {
        if (ApiException.From(failure) is { } known)
            return known;
        LogFailed(context.TraceIdentifier, failure);
        return new ApiException(StatusCodes.Status500InternalServerError, "internal_error", $"The server failed at this request. Its log has more, under {context.TraceIdentifier}.");
    }

    private static async Task WriteAsync(HttpContext context, ApiException error)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        if (error.Status == StatusCodes.Status401Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        if (error.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await JsonBody.WriteAsync(context, error.Document, WireJson.Default.ErrorDocument).ConfigureAwait(false);
    }

    [LoggerMessage(1, LogLevel.Error, "Request {Id} failed.")]
    private partial void LogFailed(string id, Exception failure);
}

/// <summary>What browsers are told of every answer: it is data, of this request alone.</summary>
internal static class SecurityHeaders
{
    public static void AddTo(HttpResponse response)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
