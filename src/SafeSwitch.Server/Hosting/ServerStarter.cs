using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SafeSwitch.Hosting;
using SafeSwitch.Server.Models;
using SafeSwitch.Server.Settings;
using SafeSwitch.Settings;

namespace SafeSwitch.Server.Hosting;

/// <summary>Lets a server start with settings that can be used, or not at all.</summary>
internal sealed class ServerStarter(SafeSwitchServerOptions options, IOptionsFactory<SafeSwitchOptions> guarded, ServedModels models) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // A model that is loaded by its first request can't be asked for its policies before.
        if ((options.Models.Count == 0 ? [""] : options.Models).Any(name => guarded.Create(name).Start == ModelStart.OnFirstUse))
            return Task.CompletedTask;
        SettingProblem[] problems = [.. models.All.SelectMany(m => m.CheckPolicies())];
        return problems.Length == 0 ? Task.CompletedTask : throw new SettingsException("SafeSwitchServer", problems);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
