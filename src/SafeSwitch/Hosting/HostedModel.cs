using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SafeSwitch.Auditing;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Settings;

namespace SafeSwitch.Hosting;

/// <summary>One guarded model of a host on its way from settings to a guard that answers. Nothing is done before it is asked for.</summary>
internal sealed class HostedModel(IServiceProvider provider, ModelRegistration registration) : IDisposable
{
    private readonly Lock gate = new();
    private Bundle? bundle;
    private HostedPolicies? policies;
    private GuardedModel? guard;
    private Task? warmUp;
    private RequestQueue? queue;

    public string Name => registration.Name;

    /// <exception cref="SettingsException">They can't be used.</exception>
    public SafeSwitchOptions Options => provider.GetRequiredService<IOptionsFactory<SafeSwitchOptions>>().Create(Name);

    /// <summary>Why the last change of the configuration was refused, while the policies before it still hold.</summary>
    public SettingsException? Refusal => policies?.Refusal;

    /// <summary>Finds everything that is wrong with it, short of loading it.</summary>
    /// <param name="problems">Takes what is found.</param>
    public void Check(List<SettingProblem> problems)
    {
        var start = ModelStart.WarmUp;
        Try(() => start = Options.Start);
        Try(CheckBackend);
        Try(CheckAudit);
        Try(() => provider.GetService<IOptionsFactory<JudgeOptions>>()?.Create(Name));
        if (start != ModelStart.OnFirstUse)
            Try(() => _ = Policies);
        // What can't be built on options or a bundle that can't be read is looked at by itself, so that the list is whole.
        if (problems.Count > 0 && registration.Configuration?[nameof(SafeSwitchOptions.BundlePath)] is { Length: > 0 } path)
            Try(() => _ = BundleShelf.OfApplication.Find(path, ContentRoot));
        if (policies is null)
            problems.AddRange(HostedPolicies.CheckAlone(registration).Where(p => !problems.Exists(o => o.Setting == p.Setting)));

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (SettingsException e)
            {
                // Whatever needs the options meets the same problems again.
                problems.AddRange(e.Problems.Except(problems));
            }
            catch (BundleException e)
            {
                problems.AddRange(e.Problems.Select(p => new SettingProblem(
                    $"{Path.Combine(e.Folder, p.File)}{(p.Field.Length > 0 ? $" {p.Field}" : "")}", p.Found, p.Expected)));
            }
        }
    }

    /// <summary>Loads the bundle; the container keeps and disposes it.</summary>
    public LoadedBundle Load()
    {
        CheckBackend();
        return provider.GetRequiredKeyedService<IBackend>(Name).Load(Bundle);
    }

    /// <summary>Puts the guard before the loaded bundle.</summary>
    public GuardedModel Guard()
    {
        var current = Policies;
        guard = new GuardedModel(
            provider.GetRequiredKeyedService<LoadedBundle>(Owner.Name),
            provider.GetKeyedService<ISafetyMonitor>(Name),
            () => current.Current,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<GuardedModel>>(),
            leaveOpen: true)
        {
            Name = Name,
            Audit = provider.GetKeyedService<IAuditSink>(Name),
            Queue = Owner.Queue,
            Interventions = registration.Interventions.ToDictionary(i => i.Key, i => i.Value(provider)),
        };
        current.CheckWith(guard);
        return guard;
    }

    /// <summary>Answers and looks at a short request, once; a failed attempt may be repeated.</summary>
    public Task WarmUpAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (warmUp is null or { IsCompletedSuccessfully: false, IsCompleted: true })
                warmUp = Task.Run(AnswerAsync, CancellationToken.None);
            return warmUp.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Waits for the requests that run, if any ever did.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => guard?.DrainAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose()
    {
        policies?.Dispose();
        queue?.Dispose();
    }

    private HostedModel Owner =>
        registration.SharedWith is not { } other ? this
        : provider.GetServices<ModelRegistration>().Any(r => r.Name == other && r.SharedWith is null) ? provider.GetRequiredKeyedService<HostedModel>(other)
        : throw Refused("model", $"that of '{other}'", "the name of another guarded model of this host, one that loads a bundle itself");

    private Bundle Bundle
    {
        get
        {
            lock (gate)
                return bundle ??= Open();
        }
    }

    // Of the loaded model, whoever's requests they are.
    private RequestQueue? Queue
    {
        get
        {
            var options = Options;
            lock (gate)
            {
                return options.MaxConcurrentRequests is not { } limit ? null : queue ??= new RequestQueue(
                    limit, options.MaxWaitingRequests ?? SafeSwitchOptions.DefaultMaxWaitingRequests, options.MaxWait ?? SafeSwitchOptions.DefaultMaxWait);
            }
        }
    }

    private HostedPolicies Policies
    {
        get
        {
            var manifest = Owner.Bundle.Manifest;
            lock (gate)
            {
                return policies ??= new HostedPolicies(
                    registration,
                    manifest,
                    provider.GetRequiredService<IOptionsFactory<SafeSwitchOptions>>(),
                    (ILogger?)provider.GetService<ILogger<HostedPolicies>>() ?? NullLogger.Instance);
            }
        }
    }

    private Bundle Open()
    {
        var options = Options;
        return Bundle.Open(FindBundle(options.BundlePath), new BundleChecks
        {
            VerifyWeights = options.VerifyWeights,
            TrustedKeys = [.. options.TrustedKeys.Select(ReadKey)],
        });
    }

    private string FindBundle(string path)
    {
        var shelf = BundleShelf.OfApplication;
        if (!string.IsNullOrWhiteSpace(path))
            return shelf.Find(path, ContentRoot);
        return shelf.Bundles is [var only] ? only : throw Refused(
            nameof(SafeSwitchOptions.BundlePath),
            "nothing",
            $"the folder of a bundle (the one with safeswitch.json), or exactly one in {shelf.Folders[0]}, where {(shelf.Bundles.Count == 0 ? "there is none" : $"there are {shelf.Bundles.Count}")}");
    }

    private string ReadKey(string file)
    {
        try
        {
            return File.ReadAllText(PathOf(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused(nameof(SafeSwitchOptions.TrustedKeys), $"'{PathOf(file)}': {e.Message}", "a file with a public key");
        }
    }

    // Configuration is read from the content root, whatever directory the process was started in; so are the files that it names.
    private string PathOf(string path) => Path.Combine(ContentRoot, path);

    private string ContentRoot => provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Directory.GetCurrentDirectory();

    private void CheckBackend()
    {
        if (Owner != this)
        {
            var options = Options;
            if (options.BundlePath.Length > 0)
                throw Refused(nameof(SafeSwitchOptions.BundlePath), $"'{options.BundlePath}'", $"nothing: the model is that of '{registration.SharedWith}'");
            if (options.MaxConcurrentRequests is { } limit)
                throw Refused(nameof(SafeSwitchOptions.MaxConcurrentRequests), $"{limit}", $"nothing: the model is that of '{registration.SharedWith}', and so is its queue");
        }
        else if (!registration.HasBackend)
        {
            throw Refused("backend", "none", "one of a backend's package, by its call after AddSafeSwitch(…), such as UseOnnxRuntime()");
        }
        else
        {
            _ = provider.GetRequiredKeyedService<IBackend>(Name);
        }
    }

    private void CheckAudit()
    {
        try
        {
            _ = provider.GetKeyedService<IAuditSink>(Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refused("Audit", $"a file that can't be written ({e.Message})", "one that nobody else writes, in a folder that may be written");
        }
    }

    private async Task AnswerAsync()
    {
        var result = await provider.GetRequiredKeyedService<GuardedModel>(Name)
            .GenerateAsync(new GenerationRequest { Messages = [PromptMessage.User("Hello!")], MaxNewTokens = 1, IsTrial = true }).ConfigureAwait(false);
        if (result.Verdict is null or { IsError: true })
            throw new SafeSwitchException($"The guarded model '{Name}' was loaded, but its monitor can't look: {result.Verdict?.Reason ?? "it was not asked"}.");
    }

    private SettingsException Refused(string setting, string found, string expected) =>
        new("SafeSwitch", [new SettingProblem(registration.PathOf(setting), found, expected)]);
}
