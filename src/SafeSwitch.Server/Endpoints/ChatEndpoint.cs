using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Server.Access;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Models;
using SafeSwitch.Server.Requests;
using SafeSwitch.Server.Responses;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Endpoints;

/// <summary><c>POST /v1/chat/completions</c>: a conversation in, an answer out, whole or as it is cleared.</summary>
internal sealed class ChatEndpoint(ServedModels models, RequestBody body, OwnAnswers own, Door door, SafeSwitchServerOptions options)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var call = ChatFields.Read(await body.ReadAsync(context).ConfigureAwait(false), options.Limits);
        var model = models.Get(call.Model);
        var policy = model.PolicyOf(PolicyChoice.Of(context.Request, call.Policy));
        call.Options.WithSafetyPolicy(policy);
        call.Options.RawRepresentationFactory = _ => new GenerationRequest { Messages = [], Timeout = options.Limits.AnswerTime };
        DistrustMessages(call.Messages);

        var updates = Ask(model, call, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        await using (updates.ConfigureAwait(false))
        {
            // Whatever a request is refused for shows by its first update, when its status can still be said.
            if (!await updates.MoveNextAsync().ConfigureAwait(false))
                throw new InvalidOperationException("The guarded model gave no answer at all.");
            var answer = new AnswerWriter(model.Id, policy, call.IsStreaming, call.IncludesUsage, options.ShowVerdicts);
            if (call.IsStreaming)
                await StreamAsync(updates, answer, context).ConfigureAwait(false);
            else
                await WriteWholeAsync(updates, answer, context).ConfigureAwait(false);
            own.Add(answer.Text, answer.Calls);
        }
    }

    // Nobody here said what a request puts into the system's mouth, or into the model's.
    private void DistrustMessages(List<ChatMessage> messages)
    {
        if (!options.TrustSystemMessages)
        {
            foreach (var message in messages.Where(m => m.Role == ChatRole.System))
                message.FromOutside();
        }

        if (!options.TrustAssistantMessages)
            own.Distrust(messages);
    }

    private static IAsyncEnumerable<ChatResponseUpdate> Ask(ServedModel model, ChatCall call, CancellationToken cancellationToken)
    {
        try
        {
            return model.Client.GetStreamingResponseAsync(call.Messages, call.Options, cancellationToken);
        }
        catch (ArgumentException e)
        {
            // What was read is what the API allows; what the model allows it says itself.
            throw new ApiException(StatusCodes.Status400BadRequest, "invalid_value", e.Message);
        }
    }

    private static async Task WriteWholeAsync(IAsyncEnumerator<ChatResponseUpdate> updates, AnswerWriter answer, HttpContext context)
    {
        do
        {
            answer.Take(updates.Current);
        }
        while (await updates.MoveNextAsync().ConfigureAwait(false));
        await JsonBody.WriteAsync(context, answer.Whole(), WireJson.Default.ChatCompletion).ConfigureAwait(false);
    }

    private async Task StreamAsync(IAsyncEnumerator<ChatResponseUpdate> updates, AnswerWriter answer, HttpContext context)
    {
        var stop = context.RequestAborted;
        using var events = new EventStream(context.Response);
        try
        {
            await events.SendAsync(answer.Beginning(), WireJson.Default.ChatCompletion, stop).ConfigureAwait(false);
            do
            {
                if (answer.Take(updates.Current) is { } piece)
                    await events.SendAsync(piece, WireJson.Default.ChatCompletion, stop).ConfigureAwait(false);
            }
            while (await updates.MoveNextAsync().ConfigureAwait(false));
            if (answer.UsageAtEnd() is { } usage)
                await events.SendAsync(usage, WireJson.Default.ChatCompletion, stop).ConfigureAwait(false);
            await events.SendDoneAsync(stop).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The status is out: whatever fails now is told as an event, and nothing follows it.
        catch (Exception e) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await events.SendAsync(door.Explain(e, context).Document, WireJson.Default.ErrorDocument, stop).ConfigureAwait(false);
        }
    }
}
