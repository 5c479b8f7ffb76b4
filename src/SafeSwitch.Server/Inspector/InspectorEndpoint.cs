using System.Reflection;
using Microsoft.AspNetCore.Http;
using SafeSwitch.Server.Access;
using SafeSwitch.Server.Models;
using SafeSwitch.Server.Responses;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Inspector;

/// <summary>
/// <c>GET /inspector/</c>: a page that asks the API and shows what the guard saw. The page itself holds nothing and needs no key; whatever it asks for does.
/// </summary>
internal sealed class InspectorEndpoint(ServedModels models, SafeSwitchServerOptions options)
{
    private const string Folder = "Inspector.";

    private static readonly Dictionary<string, string> ContentTypes = new()
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
    };

    // Read once; there are seven small files, and a name that is none of them is not found.
    private static readonly Dictionary<string, byte[]> Files = Read();

    /// <summary>One of the page's files.</summary>
    public static async Task SendFileAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var file = (string?)context.Request.RouteValues["file"] ?? "index.html";
        // The page's own links are relative to its folder.
        if (context.Request.RouteValues["file"] is null && !path.EndsWith('/'))
        {
            context.Response.Redirect(context.Request.PathBase + path + "/");
            return;
        }

        if (!Files.TryGetValue(file, out var bytes))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        SecurityHeaders.AddTo(context.Response);
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        context.Response.ContentType = ContentTypes[Path.GetExtension(file)];
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>What may be asked for: models, policies with their thresholds, limits.</summary>
    public Task DescribeAsync(HttpContext context) => JsonBody.WriteAsync(
        context, new InspectorDocument([.. models.All.Select(Describe)], options.Limits.AnswerTokens, options.Limits.Inputs), WireJson.Default.InspectorDocument);

    private static InspectedModel Describe(ServedModel model) => new(model.Id, model.BundleDigest, [.. model.PoliciesInUse().Select(p => new InspectedPolicy(
        p.Name, p.IsDefault, p.Policy.PromptThreshold, p.Policy.ResponseThreshold, p.Policy.Stages, p.Policy.Intervention))]);

    private static Dictionary<string, byte[]> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).ToDictionary(n => n[Folder.Length..], name =>
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        });
    }
}
