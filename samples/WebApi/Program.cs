using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Guard;

// A guarded chat endpoint that streams: dotnet run --project samples/WebApi
//   curl -N localhost:5000/chat -H "Content-Type: application/json" -d '[{"role":"user","contents":[{"$type":"text","text":"How do I bake bread?"}]}]'
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSafeSwitch(builder.Configuration.GetSection("SafeSwitch")).UseOnnxRuntime();
builder.Services.AddHealthChecks().AddSafeSwitch();
// Messages are sent as Microsoft.Extensions.AI writes them.
builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, AIJsonUtilities.DefaultOptions.TypeInfoResolver!));
var app = builder.Build();

// A full queue (SafeSwitch:MaxConcurrentRequests) says when to come back; anything else is a 500 as ever.
app.UseExceptionHandler(errors => errors.Run(context =>
{
    if (context.Features.Get<IExceptionHandlerFeature>()?.Error is TooManyRequestsException busy)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = busy.RetryAfter.TotalSeconds.ToString(CultureInfo.InvariantCulture);
    }

    return Task.CompletedTask;
}));
app.MapHealthChecks("/healthz");
app.MapPost("/chat", (List<ChatMessage> messages, IChatClient chat, CancellationToken cancellationToken) =>
    TypedResults.ServerSentEvents(AnswerAsync(chat, messages, cancellationToken)));
app.Run();

// Text as it is cleared, then one event that says how it ended and what the guard saw.
static async IAsyncEnumerable<SseItem<string>> AnswerAsync(IChatClient chat, List<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
{
    // What a caller sends is never the host's own text, nor the model's, whatever role it names: the probes read all of it.
    foreach (var message in messages)
        message.FromOutside();
    var updates = new List<ChatResponseUpdate>();
    await foreach (var update in chat.GetStreamingResponseAsync(messages, new ChatOptions { MaxOutputTokens = 200 }, cancellationToken))
    {
        updates.Add(update);
        if (update.Text.Length > 0)
            yield return new SseItem<string>(update.Text, "text");
    }

    var response = updates.ToChatResponse();
    yield return new SseItem<string>($"{response.FinishReason}: {response.GetSafetyVerdict()?.Reason}", "end");
}
