using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SafeSwitch.Auditing;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Guard;

/// <summary>
/// A loaded bundle behind its guard. Thread-safe; requests run concurrently.
/// <code>
/// await using var model = GuardedModel.Load("smollm2-135m-instruct", new OnnxRuntimeBackend());
/// var result = await model.GenerateAsync(new GenerationRequest { Messages = [PromptMessage.User("Hello!")] });
/// </code>
/// </summary>
public sealed class GuardedModel : IAsyncDisposable
{
    private readonly LoadedBundle bundle;
    private readonly MonitorGate monitor;
    private readonly RequestRunner runner;
    private readonly Func<PolicySet> policies;
    private readonly bool leaveOpen;

    /// <summary>Puts a guard before a loaded bundle.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="monitor">Who judges; <see langword="null"/> for the bundle's probes.</param>
    /// <param name="policies">The policies as they are at the moment; asked once for each request. Without it, the bundle's own.</param>
    /// <param name="time">The clock of timings and time-outs.</param>
    /// <param name="logger">Where failures and interventions are logged, without any text of a request.</param>
    /// <param name="leaveOpen">Whether somebody else disposes the bundle, which several guards may then share.</param>
    /// <exception cref="SafeSwitchException">The monitor reads hidden states that the model does not export.</exception>
    /// <exception cref="BundleException">There are neither a monitor nor policies, and a policy of the bundle needs a probe that the bundle lacks.</exception>
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
        time ??= TimeProvider.System;
        var log = (ILogger?)logger ?? NullLogger<GuardedModel>.Instance;
        var isOwn = monitor is null;
        monitor ??= new ProbeMonitor(bundle.Probes);
        CheckStates(monitor);
        this.monitor = new MonitorGate(monitor, time, log);
        var own = new PolicySet(Manifest.Policies, Manifest.DefaultPolicy);
        this.policies = policies ?? (() => own);
        // A monitor of the caller's need not serve the bundle's policies, and policies of the caller's are no fault of the bundle's: the policy of
        // a request is checked when it comes.
        if (isOwn && policies is null)
            CheckProbes(own);
        runner = new RequestRunner(new GuardParts(bundle, this.monitor, new InterventionGate(Info.Adapters, time, log), time, log));
        Log.Loaded(log, Info.Name, Info.Backend, bundle.Probes.Count, Info.Adapters.Count);
    }

    /// <summary>What the model is.</summary>
    public LanguageModelInfo Info => bundle.Model.Info;

    /// <summary>What the bundle says.</summary>
    public BundleManifest Manifest => bundle.Bundle.Manifest;

    /// <summary>SHA-256 of the bundle's <c>safeswitch.json</c> in lower-case hexadecimal, as audits have it.</summary>
    public string BundleDigest => bundle.Bundle.Digest;

    /// <summary>The policies as they are now, the host's changes among them.</summary>
    public PolicySet Policies => policies();

    /// <summary>Interventions of the host's by name, for policies with a <see cref="SafetyPolicy.CustomIntervention"/>.</summary>
    public IReadOnlyDictionary<string, IIntervention> Interventions { get; init; } = new Dictionary<string, IIntervention>();

    /// <summary>Name among several of one host, for telemetry and audit; empty for the only one.</summary>
    public string Name { get; init; } = "";

    /// <summary>Who gets a record of every request that ended; <see langword="null"/> for nobody.</summary>
    public IAuditSink? Audit { get; init; }

    /// <summary>Where requests wait for their turn, not owned; <see langword="null"/> if every request begins at once.</summary>
    public RequestQueue? Queue { get; init; }

    /// <summary>Reads, checks and loads a bundle.</summary>
    /// <param name="bundle">Its folder, or the name of one beside the application (<see cref="BundleShelf.OfApplication"/>).</param>
    /// <param name="backend">What runs the decoder and the probes.</param>
    /// <exception cref="BundleException">Something is missing or does not fit; every problem found is listed.</exception>
    public static GuardedModel Load(string bundle, IBackend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return new GuardedModel(backend.Load(Bundle.Open(BundleShelf.OfApplication.Find(bundle))));
    }

    /// <summary>
    /// Answers, releasing text as soon as it is cleared. The last update carries the result. The request runs on a pool thread from
    /// the first update on, at its own pace; leaving the stream early ends it.
    /// </summary>
    /// <exception cref="ArgumentException">The request has no messages, an option is out of its range, or there is no such policy.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room for an answer.</exception>
    /// <exception cref="TooManyRequestsException"><see cref="Queue"/> is full, or the request has waited there as long as it may.</exception>
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

    /// <summary>
    /// Says what a conversation asks for, without answering it: the prompt runs once and the prompt stage decides alone. A prompt score at or
    /// above the policy's threshold is <see cref="VerdictAction.Intervene"/>, also under a policy of two stages. What to do about it is the caller's.
    /// </summary>
    /// <param name="request">The conversation and the policy; nothing else of it counts but <see cref="GenerationRequest.Timeout"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The verdict. A conversation that can't be looked at, such as one that is too long for the model, counts as the policy's
    /// <see cref="SafetyPolicy.FailureMode"/> says.</returns>
    /// <exception cref="ArgumentException">The request has no messages, is to be unguarded, or there is no such policy.</exception>
    /// <exception cref="TooManyRequestsException"><see cref="Queue"/> is full: that says nothing of the conversation, and is no reason to let it pass.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public async Task<SafetyClassification> ClassifyAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Unguarded)
            throw new ArgumentException($"{nameof(request.Unguarded)}: found true, expected false: there is nothing to classify without a look.", nameof(request));
        request = request with { MaxNewTokens = 1 };
        RequestRules.Check(request);
        var resolved = Resolve(request, looksOnly: true);
        try
        {
            GenerationResult? result = null;
            await foreach (var update in runner.StreamAsync(resolved, cancellationToken).ConfigureAwait(false))
                result = update.Result;
            // A monitor of the host's may want a pilot all the same; there is none.
            var verdict = result!.Verdict!;
            return new SafetyClassification(
                verdict.Action == VerdictAction.Pilot ? verdict with { Action = VerdictAction.Intervene } : verdict, resolved.Policy!, resolved.PolicyName);
        }
        catch (Exception e) when (e is (SafeSwitchException and not TooManyRequestsException) or TimeoutException or NotSupportedException)
        {
            return Failed(resolved, e.GetType().Name);
        }
    }

    /// <summary>What comes of a conversation that can't even be read.</summary>
    internal SafetyClassification CannotClassify(GenerationRequest request, string fault, Exception exception)
    {
        var resolved = Resolve(request, looksOnly: true);
        runner.Record(resolved, exception);
        return Failed(resolved, fault);
    }

    /// <summary>Takes no more requests and waits for the running ones to end, for a host that shuts down.</summary>
    /// <exception cref="OperationCanceledException">They did not end in time; they still run.</exception>
    public Task DrainAsync(CancellationToken cancellationToken = default) => runner.Running.DrainAsync(cancellationToken);

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

    private void CheckProbes(PolicySet current)
    {
        var problems = current.Names
            .SelectMany(n => monitor.FindMissing(current.Get(n)).Select(m => new BundleProblem(Bundle.ManifestFile, ManifestRules.PathOf(n, m.Setting), m.Found, m.Expected)))
            .ToArray();
        if (problems.Length > 0)
            throw new BundleException(bundle.Bundle.Folder, problems);
    }

    // Copies, so that what a caller or the host changes while a request runs does not change that request half-way.
    private ResolvedRequest Resolve(GenerationRequest request, bool looksOnly = false)
    {
        var generation = request with { Messages = [.. request.Messages], StopStrings = [.. request.StopStrings], Tools = [.. request.Tools] };
        var (audit, queue) = request.IsTrial ? (null, null) : (Audit, Queue);
        if (request.Unguarded)
            return new ResolvedRequest(generation, null, "unguarded", null, null) { Client = Name, Audit = audit, Queue = queue };

        // The policy is copied first and checked then, whoever changes the original meanwhile.
        var current = policies();
        var policy = current.Get(request.PolicyName);
        if (request.Policy is not null)
            policy = request.Policy.BuiltOn(policy);
        var name = request.Policy is null ? current.NameOf(request.PolicyName) : "request";
        if (looksOnly)
        {
            (policy.Stages, policy.WatchEvery) = (GuardStages.Prompt, 0);
            foreach (var guard in policy.Guards?.Values ?? [])
                guard.Stages = GuardStages.Prompt;
        }

        foreach (var problem in Check(policy))
            throw new ArgumentException($"Policy '{name}': {problem}.", nameof(request));

        return new ResolvedRequest(generation, policy, name, FindIntervention(policy), Manifest.AdapterOf(policy)) { Client = Name, Audit = audit, Queue = queue, LooksOnly = looksOnly };
    }

    private static SafetyClassification Failed(ResolvedRequest request, string fault)
    {
        var isClosed = request.Policy!.FailureMode == FailureMode.Closed;
        var verdict = new SafetyVerdict
        {
            Stage = MonitorStage.Prompt,
            Action = isClosed ? VerdictAction.Intervene : VerdictAction.Continue,
            Reason = $"the conversation could not be looked at: {fault}; {(isClosed ? "this counts as unsafe" : "the policy lets it pass")}",
            IsError = true,
        };
        return new SafetyClassification(verdict, request.Policy, request.PolicyName);
    }

    /// <summary>What keeps this guard from carrying out a policy.</summary>
    internal IEnumerable<SettingProblem> Check(SafetyPolicy policy)
    {
        var problems = policy.Check().Concat(ManifestRules.CheckAgainst(policy, Manifest)).Concat(monitor.FindMissing(policy));
        return policy.CustomIntervention is { } custom && !Interventions.ContainsKey(custom)
            ? problems.Append(new(nameof(policy.CustomIntervention), $"'{custom}'", $"an intervention that the host added, {KnownNames.OneOf(custom, [.. Interventions.Keys])}"))
            : problems;
    }

    private IIntervention FindIntervention(SafetyPolicy policy) =>
        policy.CustomIntervention is { } custom ? Interventions[custom] : BuiltInInterventions.Of(policy.Intervention);
}

/// <summary>What a conversation asks for.</summary>
/// <param name="Verdict">The verdict of the prompt stage.</param>
/// <param name="Policy">The policy that it was reached under: a copy.</param>
/// <param name="PolicyName">Its name; <c>request</c> for a policy of the request's own.</param>
public sealed record SafetyClassification(SafetyVerdict Verdict, SafetyPolicy Policy, string PolicyName);
