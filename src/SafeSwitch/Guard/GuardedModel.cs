using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard.Interventions;
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
    private readonly RequestRunner runner;
    private readonly Func<string, SafetyPolicy?> policies;

    /// <summary>Puts a guard before a loaded bundle, which it then owns.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="monitor">Who judges; <see langword="null"/> for the bundle's probes.</param>
    /// <param name="policies">Policies by name, <see langword="null"/> for an unknown name; without it, the bundle's own.</param>
    /// <param name="time">The clock of timings and time-outs.</param>
    /// <param name="logger">Where failures and interventions are logged, without any text of a request.</param>
    /// <exception cref="SafeSwitchException">The monitor reads hidden states that the model does not export.</exception>
    /// <exception cref="BundleException">There is no monitor, and a policy of the bundle needs a probe that the bundle lacks.</exception>
    public GuardedModel(
        LoadedBundle bundle,
        ISafetyMonitor? monitor = null,
        Func<string, SafetyPolicy?>? policies = null,
        TimeProvider? time = null,
        ILogger<GuardedModel>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        this.bundle = bundle;
        DefaultPolicy = bundle.Bundle.Manifest.DefaultPolicy;
        time ??= TimeProvider.System;
        var log = (ILogger?)logger ?? NullLogger<GuardedModel>.Instance;
        var isOwn = monitor is null;
        monitor ??= new ProbeMonitor(bundle.Probes);
        CheckStates(monitor);
        this.monitor = new MonitorGate(monitor, time, log);
        // A monitor of the caller's need not serve the bundle's policies; a request's own policy is checked when it comes.
        if (isOwn)
            CheckProbes();
        runner = new RequestRunner(new GuardParts(bundle.Model, this.monitor, new InterventionGate(Info.Adapters, time, log), time, log));
        this.policies = policies ?? bundle.Bundle.Manifest.Policies.GetValueOrDefault;
        Log.Loaded(log, Info.Name, Info.Backend, bundle.Probes.Count, Info.Adapters.Count);
    }

    /// <summary>What the model is.</summary>
    public LanguageModelInfo Info => bundle.Model.Info;

    /// <summary>What the bundle says.</summary>
    public BundleManifest Manifest => bundle.Bundle.Manifest;

    /// <summary>The policy of requests that name none.</summary>
    /// <value>The bundle's default unless the host says otherwise.</value>
    public string DefaultPolicy { get; init; }

    /// <summary>Interventions of the host's by name, for policies with a <see cref="SafetyPolicy.CustomIntervention"/>.</summary>
    public IReadOnlyDictionary<string, IIntervention> Interventions { get; init; } = new Dictionary<string, IIntervention>();

    /// <summary>Reads, checks and loads a bundle.</summary>
    /// <exception cref="BundleException">Something is missing or does not fit; every problem found is listed.</exception>
    public static GuardedModel Load(string bundleFolder, IBackend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return new GuardedModel(backend.Load(Bundle.Open(bundleFolder)));
    }

    /// <summary>
    /// Answers, releasing text as soon as it is cleared. The last update carries the result. The request runs on a pool thread from
    /// the first update on, at its own pace; leaving the stream early ends it.
    /// </summary>
    /// <exception cref="ArgumentException">The request has no messages, an option is out of its range, or there is no such policy.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    /// <exception cref="TimeoutException"><see cref="GenerationRequest.Timeout"/> is over.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; what the request held is released.</exception>
    public IAsyncEnumerable<GenerationUpdate> StreamAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestRules.Check(request);
        return runner.StreamAsync(Resolve(request), cancellationToken);
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

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => bundle.DisposeAsync();

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

    private void CheckProbes()
    {
        var problems = Manifest.Policies
            .SelectMany(p => monitor.FindMissing(p.Value).Select(m => new BundleProblem(Bundle.ManifestFile, $"$.policies.{p.Key}.{m.Field}", m.Found, m.Expected)))
            .ToArray();
        if (problems.Length > 0)
            throw new BundleException(bundle.Bundle.Folder, problems);
    }

    // Copies, so that what a caller or the host changes while a request runs does not change that request half-way.
    private ResolvedRequest Resolve(GenerationRequest request)
    {
        var generation = request with { Messages = [.. request.Messages], StopStrings = [.. request.StopStrings] };
        if (request.Unguarded)
            return new ResolvedRequest(generation, null, "unguarded", null, null);

        var name = request.PolicyName ?? DefaultPolicy;
        var policy = (request.Policy ?? policies(name) ?? throw new ArgumentException(
            $"There is no policy '{name}'; there are: {string.Join(", ", Manifest.Policies.Keys)}.", nameof(request))).Clone();
        foreach (var (field, found, expected) in PolicyRules.Check(policy).Concat(ManifestRules.CheckAgainst(policy, Manifest)).Concat(monitor.FindMissing(policy)))
            throw new ArgumentException($"Policy '{name}': {field}: found {found}, expected {expected}.", nameof(request));

        var adapter = policy.Adapter ?? (Manifest.Adapters.Count > 0 ? Manifest.Adapters[0].Name : null);
        return new ResolvedRequest(generation, policy, request.Policy is null ? name : "request", FindIntervention(policy, name), adapter);
    }

    private IIntervention FindIntervention(SafetyPolicy policy, string name)
    {
        if (policy.CustomIntervention is not { } custom)
            return BuiltInInterventions.Of(policy.Intervention);
        return Interventions.TryGetValue(custom, out var intervention) ? intervention : throw new ArgumentException(
            $"Policy '{name}': custom_intervention: found '{custom}', expected one that the host added: {string.Join(", ", Interventions.Keys.DefaultIfEmpty("there is none"))}.",
            nameof(policy));
    }
}
