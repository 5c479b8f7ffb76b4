using Microsoft.AspNetCore.Http;
using SafeSwitch.Server.Models;
using SafeSwitch.Server.Responses;

namespace SafeSwitch.Server.Endpoints;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{id}</c>.</summary>
internal sealed class ModelsEndpoint(ServedModels models, TimeProvider time)
{
    private readonly long began = time.GetUtcNow().ToUnixTimeSeconds();

    public Task ListAsync(HttpContext context) => JsonBody.WriteAsync(context, new ModelList("list", [.. models.All.Select(Entry)]), WireJson.Default.ModelList);

    public Task GetAsync(HttpContext context) => JsonBody.WriteAsync(context, Entry(models.Get((string?)context.Request.RouteValues["id"])), WireJson.Default.ModelEntry);

    private ModelEntry Entry(ServedModel model) => new(model.Id, "model", began, "safeswitch");
}
