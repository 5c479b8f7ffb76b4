using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Chat;

// A host with a guarded chat client, policies in appsettings.json. From the repository's root:
//   dotnet run --project samples/ChatHost -- "How do I bake bread?" [POLICY]
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = Path.GetFullPath("samples/ChatHost") });
builder.Services.AddSafeSwitch(builder.Configuration.GetSection("SafeSwitch")).UseOnnxRuntime();
using var host = builder.Build();
// Loads and warms up; a setting that makes no sense ends it here, by its name.
await host.StartAsync();

var chat = host.Services.GetRequiredService<IChatClient>();
var options = new ChatOptions { MaxOutputTokens = 100 };
if (args.Length > 1)
    options.WithSafetyPolicy(args[1]);

var updates = new List<ChatResponseUpdate>();
await foreach (var update in chat.GetStreamingResponseAsync(args.Length > 0 ? args[0] : "How do I bake bread?", options))
{
    Console.Write(update.Text);
    updates.Add(update);
}

Console.WriteLine();
Console.WriteLine($"[{updates.ToChatResponse().GetSafetyVerdict()?.Reason}]");
