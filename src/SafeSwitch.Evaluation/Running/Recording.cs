using System.Diagnostics;
using SafeSwitch.Backends;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Running;

/// <summary>
/// What happened in one request to the guarded loop, on a clock that counts what the model and the monitor took. A run of the model
/// that was replayed counts with the time that it took when it was computed, so that a request costs the same whoever ran before it.
/// </summary>
internal sealed class RunRecord(SafetyPolicy? policy)
{
    private readonly List<double> decodeMs = [];
    private readonly List<int> shownLengths = [];
    private double elapsed;
    private double? firstTokenMs;
    private bool isPrefilled;
    private bool hasRestarted;

    /// <summary>Milliseconds of running the prompt.</summary>
    public double PrefillMs { get; private set; }

    /// <summary>Milliseconds from the end of the prefill to the first token shown; of all, if none was.</summary>
    public double FirstTokenMs => firstTokenMs ?? elapsed;

    /// <summary>Milliseconds in the monitor, all looks.</summary>
    public double MonitorMs { get; private set; }

    /// <summary>Those at the prompt.</summary>
    public double PromptMs { get; private set; }

    /// <summary>Times that the answer was begun again, each with a step of its own.</summary>
    public int Restarts { get; private set; }

    /// <summary>Tokens that had been shown when the answer was begun again for the first time.</summary>
    public int? ShownBeforeRestart { get; private set; }

    /// <summary>The prompt probe's score.</summary>
    public float? PromptScore { get; private set; }

    /// <summary>The scores of all prompt probes that were read, by name.</summary>
    /// <summary>The likeliest class of the first prompt probe that has classes.</summary>
    public string? Class { get; private set; }

    public Dictionary<string, float> PromptScores { get; } = new(StringComparer.Ordinal);

    /// <summary>How surely the prompt is of a kind that the prompt probe never learned to read, if it tells.</summary>
    public float? OutOfDistribution { get; private set; }

    /// <summary>The response probe's score at the last look.</summary>
    public float? ResponseScore { get; private set; }

    /// <summary>Whether a look asked to intervene, whatever was then done.</summary>
    public bool IsAlarmed { get; private set; }

    /// <summary>What went wrong in the monitor.</summary>
    public string? Fault { get; private set; }

    /// <summary>Tokens shown.</summary>
    public int ShownTokens => shownLengths.Count;

    /// <summary>Milliseconds of decoding, since the answer was begun (again).</summary>
    public double DecodeMs(int steps = int.MaxValue) => decodeMs.Take(steps).Sum();

    /// <summary>Tokens that it took to show that many characters.</summary>
    public int TokensShowing(int characters) => shownLengths.TakeWhile(l => l < characters).Count() + 1;

    /// <summary>The model ran: the prompt first, then single tokens.</summary>
    public void Ran(double milliseconds)
    {
        if (!isPrefilled)
        {
            (isPrefilled, PrefillMs) = (true, milliseconds);
            return;
        }

        elapsed += milliseconds;
        // The first step after a restart computes no token of the answer's: it brings the logits for its first.
        if (hasRestarted)
            hasRestarted = false;
        else
            decodeMs.Add(milliseconds);
    }

    public void Restarted()
    {
        ShownBeforeRestart ??= ShownTokens;
        Restarts++;
        hasRestarted = true;
        decodeMs.Clear();
    }

    public void Shown(int characters)
    {
        firstTokenMs ??= elapsed;
        shownLengths.Add((shownLengths.Count > 0 ? shownLengths[^1] : 0) + characters);
    }

    public void Scored(IProbe probe, ProbeReading reading, double milliseconds)
    {
        Looked(milliseconds);
        var score = reading.Probability;
        if (score is not (>= 0 and <= 1) || reading.OutOfDistribution is not (null or (>= 0 and <= 1)))
            Fault ??= $"a probe gave {score}{(reading.OutOfDistribution is { } mark ? $" and {mark}" : "")}, expected probabilities: train it again";
        if (probe.Stage == MonitorStage.Response)
        {
            ResponseScore = score;
            if (policy is not null)
                Judged(ProbeDecision.AtResponse(policy, score) == VerdictAction.Intervene);
            return;
        }

        // The policy's own probe is read first.
        if (PromptScore is null)
        {
            (PromptScore, OutOfDistribution) = (score, reading.OutOfDistribution);
            if (policy is not null)
                Judged(ProbeDecision.AtPrompt(policy, reading) == VerdictAction.Intervene);
        }

        PromptMs += milliseconds;
        PromptScores[probe.Name] = score;
        Class ??= reading.Class is { } kind ? probe.Classes[kind] : null;
        foreach (var name in GuardsReading(probe, reading))
            Judged(ProbeDecision.AtPrompt(policy!.ActingFor(name), reading) == VerdictAction.Intervene);
    }

    private IEnumerable<string> GuardsReading(IProbe probe, ProbeReading reading)
    {
        var found = reading.Class is { } number ? probe.Classes[number] : null;
        var guards = (policy?.Guards ?? new Dictionary<string, PolicyGuard>()).Where(g => (g.Value.Probe ?? g.Key) == probe.Name).ToList();
        return guards.Where(g => g.Value.Class is { } about ? about == found : found is null || guards.TrueForAll(o => o.Value.Class != found)).Select(g => g.Key);
    }

    public void Looked(double milliseconds)
    {
        elapsed += milliseconds;
        MonitorMs += milliseconds;
    }

    public void Judged(bool intervene) => IsAlarmed |= intervene;

    public void Failed(Exception exception) => Fault ??= $"the monitor threw {exception.GetType().Name}: {exception.Message}";
}

/// <summary>Where model, probes and monitors write to: the record of the request that runs.</summary>
internal sealed class Recorder
{
    public RunRecord Current { get; private set; } = new(null);

    public RunRecord Begin(SafetyPolicy? policy) => Current = new RunRecord(policy);
}

/// <summary>A probe whose scores and times are recorded; not owned.</summary>
internal sealed class RecordedProbe(IProbe probe, Recorder recorder) : IProbe
{
    public string Name => probe.Name;

    public MonitorStage Stage => probe.Stage;

    public string Label => probe.Label;

    public IReadOnlyList<string> Classes => probe.Classes;

    public IReadOnlyList<string> HiddenStates => probe.HiddenStates;

    public ProbeReading Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
    {
        var started = Stopwatch.GetTimestamp();
        var reading = probe.Score(states, contentMask);
        recorder.Current.Scored(probe, reading, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        return reading;
    }

    public void Dispose()
    {
    }
}

/// <summary>A monitor of the host's whose looks are recorded.</summary>
internal sealed class RecordedMonitor(ISafetyMonitor monitor, Recorder recorder) : ISafetyMonitor
{
    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => monitor.GetHiddenStates(stage);

    public async ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        // It may outlive its time: what it says then is the record's of its own request.
        var record = recorder.Current;
        var started = Stopwatch.GetTimestamp();
        try
        {
            var verdict = await monitor.InspectAsync(context, cancellationToken).ConfigureAwait(false);
            record.Judged(verdict?.Action == VerdictAction.Intervene);
            return verdict!;
        }
        catch (Exception e)
        {
            record.Failed(e);
            throw;
        }
        finally
        {
            record.Looked(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
    }
}

/// <summary>A tokenizer that encodes each conversation of a row once, and records what is shown.</summary>
internal sealed class RecordedTokenizer(IPromptTokenizer tokenizer, Recorder recorder) : IPromptTokenizer
{
    private IReadOnlyList<PromptMessage> known = [];
    private EncodedPrompt? prompt;

    /// <summary>Says what a conversation is encoded as.</summary>
    public void Know(IReadOnlyList<PromptMessage> messages, EncodedPrompt encoded) => (known, prompt) = (messages, encoded);

    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages) =>
        prompt is not null && messages.SequenceEqual(known) ? prompt : tokenizer.Encode(messages);

    public ITokenTextStream CreateTextStream() => new RecordedText(tokenizer.CreateTextStream(), recorder.Current);

    private sealed class RecordedText(ITokenTextStream stream, RunRecord record) : ITokenTextStream
    {
        public string Append(int token)
        {
            var text = stream.Append(token);
            record.Shown(text.Length);
            return text;
        }

        public string Flush() => stream.Flush();

        public void Reset() => stream.Reset();
    }
}
