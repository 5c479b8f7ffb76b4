using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Guard;

/// <summary>
/// A loaded bundle behind its guard. Thread-safe; requests run concurrently.
/// <code>
/// await using var model = GuardedModel.Load("models/smollm2-135m-instruct", new OnnxRuntimeBackend());
/// var result = await model.GenerateAsync(new GenerationRequest { Messages = [PromptMessage.User("Hello!")] });
/// </code>
/// </summary>
public sealed class GuardedModel : IAsyncDisposable
{
    private readonly LoadedBundle bundle;
    private readonly MonitorGate monitor;
    private readonly Func<PolicySet> policies;
    private readonly RunningRequests running = new();
    private readonly bool leaveOpen;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    /// <summary>Puts a guard before a loaded bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="monitor">Who judges; <see langword="null"/> for the bundle's probes.</param>
    /// <param name="policies">The policies as they are at the moment; asked once for each request. Without it, the bundle's own.</param>
    /// <param name="time">The clock of timings and time-outs.</param>
    /// <param name="logger">Where failures and interventions are logged, without any text of a request.</param>
    /// <param name="leaveOpen">Whether somebody else disposes the bundle, which several guards may then share.</param>
    /// <exception cref="SafeSwitchException">The monitor reads hidden states that the model does not export.</exception>
    public GuardedModel(
        LoadedBundle bundle,
        ISafetyMonitor? monitor = null,
        Func<PolicySet>? policies = null,
        TimeProvider? time = null,
        ILogger<GuardedModel>? logger = null,
        bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        this.bundle = bundle;
        this.leaveOpen = leaveOpen;
        this.time = time ?? TimeProvider.System;
        this.logger = logger ?? NullLogger<GuardedModel>.Instance;
        monitor ??= new ProbeMonitor(bundle.Probes);
        CheckStates(monitor);
        this.monitor = new MonitorGate(monitor, this.time, this.logger);
        var own = new PolicySet(Manifest.Policies, Manifest.DefaultPolicy);
        this.policies = policies ?? (() => own);
        Log.Loaded(this.logger, Info.Name, Info.Backend, bundle.Probes.Count, Info.Adapters.Count);
    }

    /// <summary>What the model is.</summary>
    public LanguageModelInfo Info => bundle.Model.Info;

    /// <summary>What the bundle says.</summary>
    public BundleManifest Manifest => bundle.Bundle.Manifest;

    /// <summary>The policies as they are now, the host's changes among them.</summary>
    public PolicySet Policies => policies();

    /// <summary>Reads, checks and loads a bundle.</summary>
    /// <exception cref="BundleException">Something is missing or does not fit; every problem found is listed.</exception>
    public static GuardedModel Load(string bundleFolder, IBackend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return new GuardedModel(backend.Load(Bundle.Open(bundleFolder)));
    }

    /// <summary>Answers, releasing text as soon as it is cleared. The last update carries the result.</summary>
    /// <exception cref="ArgumentException">The request has no messages, an option is out of its range, or there is no such policy.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; what the request held is released.</exception>
    public IAsyncEnumerable<GenerationUpdate> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestRules.Check(request);
        var policy = request.Unguarded ? null : ResolvePolicy(request);
        var adapter = policy?.Adapter ?? (Manifest.Adapters.Count > 0 ? Manifest.Adapters[0].Name : null);
        return running.Count(new GuardedRun(bundle.Model, monitor, policy, adapter, request, time, logger).StreamAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Answers as a whole.</summary>
    /// <inheritdoc cref="StreamAsync"/>
    public async Task<GenerationResult> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        GenerationResult? result = null;
        await foreach (var update in StreamAsync(request, cancellationToken).ConfigureAwait(false))
            result = update.Result;
        return result!;
    }

    /// <summary>Takes no more requests and waits for the running ones to end, for a host that shuts down.</summary>
    /// <exception cref="OperationCanceledException">They did not end in time; they still run.</exception>
    public Task DrainAsync(CancellationToken cancellationToken = default) => running.DrainAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => leaveOpen ? ValueTask.CompletedTask : bundle.DisposeAsync();

    private void CheckStates(ISafetyMonitor candidate)
    {
        var missing = candidate.GetHiddenStates(MonitorStage.Prompt).Union(candidate.GetHiddenStates(MonitorStage.Response))
            .Except(Info.HiddenStates).ToArray();
        if (missing.Length > 0)
        {
            throw new SafeSwitchException(
                $"The monitor reads {string.Join(", ", missing)}; the model exports {string.Join(", ", Info.HiddenStates)}. "
                + "Instrument the model for those layers.");
        }
    }

    // One snapshot for the whole request: it is copied first and checked then, whoever changes the original meanwhile.
    private SafetyPolicy ResolvePolicy(GenerationRequest request)
    {
        var current = policies();
        var policy = current.Get(request.PolicyName);
        if (request.Policy is not null)
            policy = request.Policy.BuiltOn(policy);
        var name = request.PolicyName ?? current.DefaultPolicy;
        foreach (var problem in policy.Check().Concat(ManifestRules.CheckAgainst(policy, Manifest)))
            throw new ArgumentException($"{(request.Policy is null ? $"Policy '{name}'" : "The request's policy")}: {problem}.", nameof(request));
        return policy;
    }
}
