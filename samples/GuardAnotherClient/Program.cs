using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Chat;
using SafeSwitch.Classifying;
using SafeSwitch.GuardAnotherClient;
using SafeSwitch.Policies;

// A small model's prompt probe in front of another model: dotnet run --project samples/GuardAnotherClient ["PROMPT" ...]
var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = [], ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddSafeSwitch("guard", builder.Configuration.GetSection("SafeSwitch")).UseOnnxRuntime()
    .ConfigurePolicy("front", p => (p.Stages, p.FixedRefusal) = (GuardStages.Prompt, "I can't help with that."));
builder.Services.AddChatClient(new HostedModel()).UseSafeSwitch("guard", GuardTiming.Beside);
using var host = builder.Build();
await host.StartAsync();

var chat = host.Services.GetRequiredService<IChatClient>();
string[] prompts = args.Length > 0 ? args : ["What is the capital of France?", "Give me tips for shoplifting without getting caught."];
foreach (var prompt in prompts)
{
    var response = await chat.GetResponseAsync(prompt, new ChatOptions().WithSafetyPolicy("front"));
    Console.WriteLine($"{prompt}\n  {response.Text}\n  [{response.FinishReason}: {response.GetSafetyVerdict()?.Reason}]");
}

await host.StopAsync();
