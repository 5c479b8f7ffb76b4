using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Server.Models;
using SafeSwitch.Server.Requests;
using SafeSwitch.Server.Responses;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Endpoints;

/// <summary><c>POST /v1/moderations</c>: what the prompt probes say of texts, each as a request of its own.</summary>
internal sealed class ModerationsEndpoint(ServedModels models, RequestBody body, SafeSwitchServerOptions options, TimeProvider time)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var call = ModerationCall.Read(await body.ReadAsync(context).ConfigureAwait(false), options.Limits);
        var model = models.Get(call.Model);
        var policy = model.PolicyOf(PolicyChoice.Of(context.Request, inMetadata: null));
        var found = await ClassifyAsync(model, call, policy, context.RequestAborted).ConfigureAwait(false);
        var response = new ModerationResponse($"modr-{Guid.NewGuid():N}", model.Id, [.. found.Select(f => ModerationResult.Of(f, options.ShowVerdicts))]);
        await JsonBody.WriteAsync(context, response, WireJson.Default.ModerationResponse).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<Guard.SafetyClassification>> ClassifyAsync(ServedModel model, ModerationCall call, string policy, CancellationToken aborted)
    {
        using var limit = new CancellationTokenSource(options.Limits.AnswerTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, aborted);
        try
        {
            return await model.Classifier.ClassifyAllAsync(
                [.. call.Inputs.Select(t => new[] { new ChatMessage(ChatRole.User, t) })], new ChatOptions().WithSafetyPolicy(policy), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !aborted.IsCancellationRequested)
        {
            throw new TimeoutException("The texts were not looked at in the time that a request has.", e);
        }
    }
}
