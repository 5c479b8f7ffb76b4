using Microsoft.AspNetCore.Http;
using SafeSwitch.Server.Models;
using SafeSwitch.Server.Responses;

namespace SafeSwitch.Server.Endpoints;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsEndpoint(ServedModels models, TimeProvider time)
{
    private readonly long began = time.GetUtcNow().ToUnixTimeSeconds();

    public Task ListAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new ModelList("list", [.. models.All.Select(Entry)]), WireJson.Default.ModelList, cancellationToken: context.RequestAborted);

    public Task GetAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        Entry(models.Get((string?)context.Request.RouteValues["id"])), WireJson.Default.ModelEntry, cancellationToken: context.RequestAborted);

    private ModelEntry Entry(ServedModel model) => new(model.Id, "model", began, "safeswitch");
}
