using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SafeSwitch.Server.Responses;

/// <summary>Server-sent events with a JSON document in each, written where the server's own buffers are.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponse response;
    private readonly Utf8JsonWriter json;

    /// <summary>Begins one. From here on errors are events too.</summary>
    public EventStream(HttpResponse response)
    {
        this.response = response;
        json = new Utf8JsonWriter(response.BodyWriter, JsonBody.AsItIs);
        response.ContentType = "text/event-stream";
        // Proxies that collect an answer before they pass it on.
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>Writes an event and passes it on. It waits for a reader that is slow.</summary>
    public async ValueTask SendAsync<T>(T document, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        response.BodyWriter.Write("data: "u8);
        json.Reset(response.BodyWriter);
        JsonSerializer.Serialize(json, document, type);
        await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that there is no more.</summary>
    public ValueTask SendDoneAsync(CancellationToken cancellationToken)
    {
        response.BodyWriter.Write("data: [DONE]"u8);
        return EndAsync(cancellationToken);
    }

    public void Dispose() => json.Dispose();

    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
    }
}
