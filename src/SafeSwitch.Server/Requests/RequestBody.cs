using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Requests;

/// <summary>A request's body, of no more bytes and no more time than it may have.</summary>
internal sealed class RequestBody(ServerLimits limits, TimeProvider time)
{
    /// <summary>Reads it as JSON.</summary>
    /// <exception cref="ApiException">It is too large, too slow, or no JSON.</exception>
    public async Task<RequestField> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        // What a page of another site can send without asking first is not JSON.
        if (!request.HasJsonContentType())
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Content-Type: expected application/json.");
        if (request.Headers.ContentEncoding.Count > 0)
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Content-Encoding: found one, expected none.");
        if (request.ContentLength > limits.RequestBytes)
            throw TooLarge();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = limits.RequestBytes;

        using var limit = new CancellationTokenSource(limits.BodyTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        try
        {
            return new RequestField(await ReadAsync(request, either.Token).ConfigureAwait(false), "");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status408RequestTimeout, "request_timeout", string.Create(
                CultureInfo.InvariantCulture, $"The request's body did not arrive within {limits.BodyTime.TotalSeconds} s."));
        }
    }

    private async Task<JsonElement> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.Buffer.Length > limits.RequestBytes)
                throw TooLarge();
            if (!read.IsCompleted)
            {
                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            try
            {
                return StrictJson.ParseObject(read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
            }
            finally
            {
                request.BodyReader.AdvanceTo(read.Buffer.End);
            }
        }
    }

    private ApiException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, "request_too_large", string.Create(
        CultureInfo.InvariantCulture, $"The request's body is larger than {limits.RequestBytes} bytes."));
}
