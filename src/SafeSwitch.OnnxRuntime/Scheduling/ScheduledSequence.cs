using System.Threading.Tasks.Sources;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>Where a scheduled sequence's run is.</summary>
internal enum RunState
{
    /// <summary>Nothing is asked of it.</summary>
    Idle,

    /// <summary>It has no slot yet.</summary>
    Waiting,

    /// <summary>It is in line for a run.</summary>
    Queued,

    /// <summary>It runs, or is about to.</summary>
    Running,
}

/// <summary>
/// One sequence among those that share the machine: its slot, and the run that is asked of it. Alone it runs as ever, on its caller's
/// thread; beside others its tokens are rows of a batch, and a long prompt comes in pieces. What the scheduler keeps of it is the
/// scheduler's, under its lock.
/// </summary>
internal sealed class ScheduledSequence : ICopyableSequence, IValueTaskSource
{
    private readonly Scheduler scheduler;
    private readonly SequenceRunner runner;
    private readonly SlotCache cache;
    private ManualResetValueTaskSourceCore<bool> ending = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration registration;
    private bool isTerminated;

    // What is kept of a prompt, for those of the same scope.
    private readonly int[] stateRowBytes;
    private int[] prompt = [];
    private int exact;
    private Dictionary<string, KeptRows>? states;
    private bool hasPromptStates;

    public ScheduledSequence(Scheduler scheduler, Decoder decoder, DecodingOptions options)
    {
        this.scheduler = scheduler;
        cache = new SlotCache(scheduler.Memory);
        runner = new SequenceRunner(decoder, options, cache);
        Positions = options.Capacity;
        Scope = options.PrefixScope;
        StateNames = options.HiddenStates;
        stateRowBytes = [.. StateNames.Select(n => decoder.Layout.HiddenStates.First(h => h.Name == n)).Select(h => h.Width * DecoderTypes.SizeOf(h.Type))];
        StateBytes = (long)stateRowBytes.Sum() * options.Capacity;
        Node = new LinkedListNode<ScheduledSequence>(this);
    }

    /// <summary>Its place in one of the scheduler's lines.</summary>
    public LinkedListNode<ScheduledSequence> Node { get; }

    public RunState State { get; set; }

    /// <summary>Positions that it may grow to.</summary>
    public int Positions { get; }

    /// <summary>Bytes of the hidden states of a prompt as long as the sequence.</summary>
    public long StateBytes { get; }

    /// <summary>Whose prompts may go on from one another; <see langword="null"/> if nothing is kept.</summary>
    public string? Scope { get; }

    /// <summary>The hidden states that are read.</summary>
    public IReadOnlyList<string> StateNames { get; }

    /// <summary>Positions at the start that runs of several tokens computed, and no run of one token since: those may be kept.</summary>
    public int Exact => Scope is null ? 0 : exact;

    /// <summary>The slot; -1 while it has none.</summary>
    public int Slot
    {
        get => cache.Slot;
        set => cache.Slot = value;
    }

    /// <summary>When a wait for a slot is over, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long WaitsUntil { get; set; }

    /// <summary>Positions that are filled, those of a prompt that is being run among them.</summary>
    public int Length { get; private set; }

    public string? Adapter { get; private set; }

    /// <summary>The tokens of the run that is asked for.</summary>
    public ReadOnlyMemory<int> Tokens { get; private set; }

    /// <summary>How many of them were run.</summary>
    public int Done { get; private set; }

    public int Remaining => Tokens.Length - Done;

    public bool IsPrompt => Tokens.Length > 1;

    public CancellationToken Cancellation { get; private set; }

    public ReadOnlySpan<float> Logits => runner.Logits;

    public HiddenStates GetHiddenStates(string name) => runner.GetHiddenStates(name);

    public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
    {
        // Read once on the caller's own thread: whatever its memory does, it does to nobody else.
        _ = tokens.Span[0];
        if (Scope is not null)
            NotePrompt(tokens, past);
        (Tokens, Done, Length, Cancellation) = (tokens, 0, past, cancellationToken);
        return scheduler.RunAsync(this);
    }

    public void Rewind(int length) => Length = length;

    public void SetAdapter(string? name)
    {
        runner.SetAdapter(name);
        Adapter = name;
    }

    public void Terminate()
    {
        isTerminated = true;
        runner.Terminate();
        scheduler.GiveUp(this);
    }

    public void CopyCacheTo(CacheBlock block, int slot, int length) => scheduler.Alone(() => scheduler.Memory.CopyTo(Slot, block, slot, length));

    public void Dispose()
    {
        // The scheduler may keep the prompt later than here, when nothing runs; the runner's memory is gone by then.
        TakePromptStates();
        scheduler.Leave(this);
        runner.Dispose();
    }

    /// <summary>Begins a run that ends later.</summary>
    public ValueTask Begin()
    {
        ending.Reset();
        var task = new ValueTask(this, ending.Version);
        registration = Cancellation.UnsafeRegister(static s => ((ScheduledSequence)s!).scheduler.GiveUp((ScheduledSequence)s), this);
        return task;
    }

    /// <summary>Ends a run that was begun.</summary>
    public void End(Exception? error = null)
    {
        // Not waited for: what runs then asks whether this run is the one that is cancelled.
        registration.Unregister();
        error ??= WhyStopped();
        if (error is null)
            ending.SetResult(true);
        else
            ending.SetException(error);
    }

    /// <summary>Whether nobody wants the run that is asked for.</summary>
    public bool IsGivenUp => isTerminated || Cancellation.IsCancellationRequested;

    /// <summary>Runs some of the tokens by themselves.</summary>
    public void RunPart(int count)
    {
        runner.Run(Tokens.Span.Slice(Done, count), Length, Done, Tokens.Length, Cancellation);
        Advance(count);
    }

    /// <summary>Takes a row of a batch as the result of its token.</summary>
    public void TakeRow(RowReader row)
    {
        runner.Take(row);
        Advance(1);
    }

    /// <summary>Goes on from what was kept of another sequence, whose keys and values are in the slot.</summary>
    public void Restore(KeptPrefix prefix, int positions)
    {
        foreach (var name in StateNames)
            runner.RestoreStates(name, prefix.States[name].Read(positions), Tokens.Length);
        Advance(positions);
    }

    /// <summary>Whether a prompt of the sequence's own, from its first token on, is about to run.</summary>
    public bool IsAtStart => IsPrompt && Length == 0 && Done == 0;

    /// <summary>Has what was computed of the prompt kept, once the sequence is disposed.</summary>
    public void KeepIn(PrefixStore store) => store.Keep(Scope!, prompt[..Exact], states!, scheduler.Memory, Slot);

    /// <summary>Bytes that keeping it takes.</summary>
    public long KeptBytes(PrefixStore store) => store.BytesOf(Exact, stateRowBytes.Sum());

    public OperationCanceledException? WhyStopped() =>
        Cancellation.IsCancellationRequested ? new OperationCanceledException("The run was cancelled.", Cancellation)
        : isTerminated ? new OperationCanceledException("The run was ended.")
        : null;

    void IValueTaskSource.GetResult(short token) => ending.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => ending.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        ending.OnCompleted(continuation, state, token, flags);

    private void NotePrompt(ReadOnlyMemory<int> tokens, int past)
    {
        TakePromptStates();
        if (past == 0 && tokens.Length > 1)
            (prompt, exact, states) = (tokens.ToArray(), 0, null);
        else
            exact = Math.Min(exact, past);
    }

    // Not before the next run or the end: until then the caller reads them.
    private void TakePromptStates()
    {
        if (!hasPromptStates)
            return;
        hasPromptStates = false;
        states = [];
        foreach (var (i, name) in StateNames.Index())
            states.Add(name, new KeptRows(runner.DetachStates(name)!, stateRowBytes[i]));
    }

    private void Advance(int count)
    {
        Done += count;
        Length += count;
        if (Scope is not null && IsPrompt && Done == Tokens.Length && Length == Done)
            (exact, hasPromptStates) = (Length, true);
    }
}
