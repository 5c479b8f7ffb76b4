using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Chat;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Settings;

namespace SafeSwitch.Hosting;

/// <summary>
/// Makes a host start with guarded models that work, before anything else of it starts (a server listens later), or not at all; and
/// lets requests end when it stops, after everything else has stopped.
/// </summary>
internal sealed class SafeSwitchStarter(IServiceProvider provider, IEnumerable<ModelRegistration> registrations) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var problems = new List<SettingProblem>();
        var models = registrations.Select(r => provider.GetRequiredKeyedService<HostedModel>(r.Name)).ToArray();
        foreach (var model in models)
            model.Check(problems);
        // The last registration of a service wins, so one that came after AddSafeSwitch would take every request past the guard.
        if (problems.Count == 0)
        {
            await using var scope = provider.CreateAsyncScope();
            problems.AddRange(registrations.SelectMany(r => r.FindHiding(scope.ServiceProvider)).Where(c => !ModelRegistration.IsGuarded(c)).Select(c => new SettingProblem(
                nameof(IChatClient), $"{c.GetType().Name}, which does not go through the guard",
                "the guarded client, or one before it: register others by a key of their own, or the guarded model by name")));
        }

        if (problems.Count > 0)
            throw new SettingsException("SafeSwitch", problems);

        foreach (var model in models)
        {
            var start = model.Options.Start;
            if (start != ModelStart.OnFirstUse)
                _ = provider.GetRequiredKeyedService<IChatClient>(model.Name);
            if (start == ModelStart.WarmUp)
                await model.WarmUpAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(registrations.Select(r => provider.GetRequiredKeyedService<HostedModel>(r.Name).DrainAsync(cancellationToken)));
}
