using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>
/// Shares the machine among sequences: one run at a time, on all cores. A sequence that is alone runs on its caller's thread, as if there
/// were no scheduler. As soon as several ask for runs, a thread of the scheduler's own takes turns: a step is the next token of every
/// sequence that has one, in one batch, and then a piece of the prompt that came first. Sequences join and leave at every step. Whoever
/// finds no slot waits in line.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    private const int LeastPromptTokens = 8;
    private const int FirstPromptTokens = 32;

    private static readonly TimeSpan LeastReturn = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostReturn = TimeSpan.FromMilliseconds(10);

    private readonly object gate = new();
    private readonly Decoder decoder;
    private readonly SchedulerLimits limits;
    private readonly bool mixesAdapters;
    private readonly SlotTable slots;
    private readonly Dictionary<string, BatchStep> steps = new(StringComparer.Ordinal);
    private readonly LinkedList<ScheduledSequence> waiting = new();
    private readonly LinkedList<ScheduledSequence> prompts = new();
    private readonly LinkedList<ScheduledSequence> tokens = new();
    private readonly List<ScheduledSequence> rows = [];
    private readonly PrefixStore prefixes;

    // Those whose sessions are gone and whose prompts are kept when nothing runs.
    private readonly List<ScheduledSequence> leaving = [];

    // Who was just served and chooses the next token at this moment: a step that does not wait a little is a step without them.
    private readonly HashSet<ScheduledSequence> returning = [];
    private long returnsUntil;
    private Thread? thread;
    private bool isRunning;
    private bool isFull;
    private bool isDisposed;
    private TimeSpan stepTime;
    private TimeSpan promptTokenTime;
    private SafeSwitchException? failure;

    /// <param name="decoder">The graph, which the scheduler is disposed with.</param>
    /// <param name="limits">What it may use.</param>
    public Scheduler(Decoder decoder, SchedulerLimits limits)
    {
        this.decoder = decoder;
        this.limits = limits;
        mixesAdapters = BatchStep.HasGate(decoder);
        Memory = new SlotMemory(decoder.Layout.Cache);
        slots = new SlotTable(Memory, limits);
        prefixes = new PrefixStore(decoder.Layout.Cache, decoder.CachePool.Memory);
    }

    public SlotMemory Memory { get; }

    /// <summary>Sequences that have a slot.</summary>
    public int Seated
    {
        get
        {
            lock (gate)
                return slots.Taken;
        }
    }

    /// <summary>Sequences that wait for one.</summary>
    public int Waiting
    {
        get
        {
            lock (gate)
                return waiting.Count;
        }
    }

    /// <summary>What is kept of prompts.</summary>
    public PrefixStore Prefixes => prefixes;

    /// <summary>Batches of several rows that were run.</summary>
    public long Batches { get; private set; }

    /// <summary>Runs what is asked of a sequence: here and now if nobody else wants to run.</summary>
    public ValueTask RunAsync(ScheduledSequence sequence)
    {
        lock (gate)
        {
            returning.Remove(sequence);
            if (returning.Count > 0 && Stopwatch.GetTimestamp() >= returnsUntil)
                returning.Clear();
            if (isRunning || IsAnybodyInLine || returning.Count > 0)
                return Enqueue(sequence);
            isRunning = true;
            sequence.State = RunState.Running;
        }

        return RunHere(sequence);
    }

    /// <summary>Ends a run that has not begun and that nobody wants any more.</summary>
    public void GiveUp(ScheduledSequence sequence)
    {
        lock (gate)
        {
            if (sequence.State is not (RunState.Waiting or RunState.Queued) || !sequence.IsGivenUp)
                return;
            sequence.Node.List!.Remove(sequence.Node);
            sequence.State = RunState.Idle;
            // Who stood behind it may fit.
            isFull = false;
            Monitor.PulseAll(gate);
        }

        sequence.End();
    }

    /// <summary>A sequence that is not running is no more.</summary>
    public void Leave(ScheduledSequence sequence)
    {
        lock (gate)
        {
            returning.Remove(sequence);
            if (isRunning && IsWorthKeeping(sequence) && TryHold())
                leaving.Add(sequence);
            else
                Vacate(sequence);
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Does something with the slots while nothing runs.</summary>
    public void Alone(Action action)
    {
        lock (gate)
        {
            while (isRunning)
                Monitor.Wait(gate);
            isRunning = true;
        }

        try
        {
            action();
        }
        finally
        {
            EndTurn();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            Monitor.PulseAll(gate);
        }

        foreach (var step in steps.Values)
            step.Dispose();
        prefixes.Dispose();
        Memory.Dispose();
    }

    private bool IsAnybodyInLine => tokens.Count > 0 || prompts.Count > 0 || (waiting.Count > 0 && !isFull);

    private static void Remove(LinkedListNode<ScheduledSequence> node) => node.List!.Remove(node);

    private static Exception Typed(Exception e) => e is SafeSwitchException or OperationCanceledException
        ? e
        : new SafeSwitchException($"The run failed: {e.Message}", e);

    private bool IsWorthKeeping(ScheduledSequence sequence) => sequence.Slot >= 0 && sequence.Exact >= PrefixStore.Least && !isDisposed;

    private bool TryHold()
    {
        try
        {
            decoder.Acquire();
            return true;
        }
        catch (ObjectDisposedException)
        {
            // Nobody will go on from it.
            return false;
        }
    }

    /// <summary>Frees a sequence's slot, under the lock. Its prompt is kept if there is memory for it and nothing runs.</summary>
    private void Vacate(ScheduledSequence sequence)
    {
        try
        {
            if (!isRunning && IsWorthKeeping(sequence))
            {
                var room = limits.MaxBytes - Memory.Bytes - slots.StateBytes + sequence.StateBytes;
                var bytes = sequence.KeptBytes(prefixes);
                if (bytes <= room)
                {
                    prefixes.Shrink(room - bytes);
                    sequence.KeepIn(prefixes);
                }
            }
        }
        catch (Exception)
        {
            // For want of memory, say, or as somebody who listens to the meter throws. Whoever has the turn here is seldom whose prompt it is,
            // and a prompt that is not kept costs a later one its time only.
            ServingMetrics.Lost.Add(1);
        }

        slots.Free(sequence);
        isFull = false;
        if (!isRunning && slots.Taken == 0 && Memory.Bytes > limits.IdleBytes)
            Memory.Dispose();
    }

    private ValueTask RunHere(ScheduledSequence sequence)
    {
        try
        {
            if (!Seat(sequence))
            {
                lock (gate)
                {
                    var wait = Enqueue(sequence);
                    isFull = true;
                    EndTurn();
                    return wait;
                }
            }

            while (true)
            {
                sequence.RunPart(Piece(sequence, isAlone: true));
                if (sequence.Remaining == 0)
                    break;
                lock (gate)
                {
                    if (IsAnybodyInLine)
                    {
                        var rest = Enqueue(sequence);
                        EndTurn();
                        return rest;
                    }
                }
            }
        }
        catch (Exception e)
        {
            lock (gate)
            {
                sequence.State = RunState.Idle;
                EndTurn();
            }

            return ValueTask.FromException(Typed(e));
        }

        lock (gate)
        {
            sequence.State = RunState.Idle;
            if (IsAnybodyInLine)
                returning.Add(sequence);
            EndTurn();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Puts a run in line, under the lock.</summary>
    private ValueTask Enqueue(ScheduledSequence sequence)
    {
        var task = sequence.Begin();
        sequence.State = RunState.Idle;
        if (failure is not null)
        {
            sequence.End(failure);
        }
        else if (sequence.IsGivenUp)
        {
            sequence.End();
        }
        else if (sequence.Slot >= 0)
        {
            sequence.State = RunState.Queued;
            (sequence.IsPrompt ? prompts : tokens).AddLast(sequence.Node);
        }
        else if (waiting.Count >= limits.MaxWaiting && (waiting.Count > 0 || !slots.HasRoomFor(sequence)))
        {
            sequence.End(Busy(string.Create(CultureInfo.InvariantCulture, $"all slots are taken, and the queue of {limits.MaxWaiting} is full")));
        }
        else
        {
            sequence.State = RunState.Waiting;
            sequence.WaitsUntil = Stopwatch.GetTimestamp() + (long)(limits.MaxWait.TotalSeconds * Stopwatch.Frequency);
            waiting.AddLast(sequence.Node);
        }

        if (thread is null)
        {
            thread = new Thread(Work) { IsBackground = true, Name = "SafeSwitch scheduler" };
            thread.Start();
        }

        Monitor.PulseAll(gate);
        return task;
    }

    private void EndTurn()
    {
        lock (gate)
        {
            isRunning = false;
            foreach (var sequence in leaving)
            {
                Vacate(sequence);
                decoder.Release();
            }

            leaving.Clear();
            if (returning.Count > 0)
            {
                var wait = TimeSpan.FromTicks(Math.Clamp(stepTime.Ticks / 4, LeastReturn.Ticks, MostReturn.Ticks));
                returnsUntil = Stopwatch.GetTimestamp() + (long)(wait.TotalSeconds * Stopwatch.Frequency);
            }

            Monitor.PulseAll(gate);
        }
    }

    private void Work()
    {
        ScheduledSequence? prompt = null;
        try
        {
            while (TakeTurn())
            {
                SeatWaiting();
                lock (gate)
                {
                    TakeRows();
                    prompt = prompts.First?.Value;
                    if (prompt is not null)
                    {
                        Remove(prompt.Node);
                        prompt.State = RunState.Running;
                    }
                }

                if (rows.Count > 0)
                    RunRows();
                if (prompt is not null)
                    RunPrompt(prompt);
                prompt = null;
                rows.Clear();
                EndTurn();
            }
        }
        catch (Exception e)
        {
            Fail(e, prompt);
        }
    }

    /// <summary>
    /// A fault of the scheduler's own, which no step caused, must not take the host's process with it, nor leave anybody waiting: whoever is
    /// in line or comes later fails.
    /// </summary>
    private void Fail(Exception fault, ScheduledSequence? prompt)
    {
        ScheduledSequence[] left;
        lock (gate)
        {
            failure = new SafeSwitchException($"The scheduler of the model failed, load it anew: {fault.Message}", fault);
            left = [.. tokens.Concat(prompts).Concat(waiting).Concat(rows).Append(prompt).OfType<ScheduledSequence>().Distinct().Where(s => s.State != RunState.Idle)];
            tokens.Clear();
            prompts.Clear();
            waiting.Clear();
            foreach (var sequence in left)
                sequence.State = RunState.Idle;
        }

        foreach (var sequence in left)
            sequence.End(failure);
        EndTurn();
    }

    private bool TakeTurn()
    {
        lock (gate)
        {
            while (!isDisposed)
            {
                var now = Stopwatch.GetTimestamp();
                Expire(now);
                var isReturning = returning.Count > 0 && now < returnsUntil;
                if (!isRunning && IsAnybodyInLine && !isReturning)
                {
                    returning.Clear();
                    isRunning = true;
                    return true;
                }

                var until = Math.Min(!isRunning && isReturning && IsAnybodyInLine ? returnsUntil : long.MaxValue, waiting.First?.Value.WaitsUntil ?? long.MaxValue);
                Monitor.Wait(gate, until == long.MaxValue ? Timeout.InfiniteTimeSpan : Stopwatch.GetElapsedTime(now, until) + LeastReturn);
            }

            return false;
        }
    }

    private void Expire(long now)
    {
        while (waiting.First?.Value is { } first && first.WaitsUntil <= now)
        {
            waiting.RemoveFirst();
            first.State = RunState.Idle;
            first.End(Busy(string.Create(CultureInfo.InvariantCulture, $"no slot was free for {limits.MaxWait.TotalSeconds:0.###} s")));
        }
    }

    /// <summary>The next token of as many as can be one batch, those who came first before others.</summary>
    private void TakeRows()
    {
        rows.Clear();
        string? adapter = null;
        for (var node = tokens.First; node is not null;)
        {
            var (sequence, next) = (node.Value, node.Next);
            var fits = rows.Count == 0 || sequence.Adapter == adapter || (mixesAdapters && (sequence.Adapter is null || adapter is null));
            if (fits)
            {
                adapter = rows.Count == 0 ? sequence.Adapter : adapter ?? sequence.Adapter;
                tokens.Remove(node);
                sequence.State = RunState.Running;
                rows.Add(sequence);
            }

            node = next;
        }
    }

    private void RunRows()
    {
        var started = Stopwatch.GetTimestamp();
        Exception? error = null;
        try
        {
            if (rows.Count == 1)
                rows[0].RunPart(1);
            else
                RunBatch();
        }
        catch (Exception e)
        {
            error = e;
        }

        stepTime = Stopwatch.GetElapsedTime(started);
        lock (gate)
        {
            foreach (var row in rows)
            {
                row.State = RunState.Idle;
                if (error is null && !row.IsGivenUp)
                    returning.Add(row);
            }
        }

        foreach (var row in rows)
            row.End(error is null || rows.Count == 1 ? error is null ? null : Typed(error) : new SafeSwitchException($"The step failed: {error.Message}", error));
    }

    private void RunBatch()
    {
        Span<int> next = stackalloc int[limits.MaxRows];
        Span<int> lengths = stackalloc int[limits.MaxRows];
        Span<bool> adapted = stackalloc bool[limits.MaxRows];
        int first, count;
        lock (gate)
            (first, count) = slots.Gather(rows, lengths);
        next[..count].Clear();
        adapted[..count].Clear();
        string? adapter = null;
        foreach (var row in rows)
        {
            next[row.Slot - first] = row.Tokens.Span[0];
            adapted[row.Slot - first] = row.Adapter is not null;
            adapter ??= row.Adapter;
        }

        if (!steps.TryGetValue(adapter ?? "", out var step))
            steps.Add(adapter ?? "", step = new BatchStep(decoder, Memory, adapter, limits.MaxRows));
        step.Run(first, next[..count], lengths[..count], adapted[..count]);
        Batches++;
        ServingMetrics.BatchRows.Record(rows.Count);
        foreach (var row in rows)
        {
            var index = row.Slot - first;
            row.TakeRow(output => step.Row(output, index));
        }
    }

    private void RunPrompt(ScheduledSequence prompt)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? error = null;
        try
        {
            var count = Piece(prompt, isAlone: false);
            prompt.RunPart(count);
            promptTokenTime = Stopwatch.GetElapsedTime(started) / count;
        }
        catch (Exception e)
        {
            error = Typed(e);
        }

        lock (gate)
        {
            prompt.State = RunState.Idle;
            if (error is null && !prompt.IsGivenUp)
            {
                if (prompt.Remaining > 0)
                {
                    prompt.State = RunState.Queued;
                    prompts.AddFirst(prompt.Node);
                    return;
                }

                returning.Add(prompt);
            }
        }

        prompt.End(error);
    }

    /// <summary>
    /// Tokens of the next piece of a prompt: as many as may be while nobody is answering, else as many as take about as long as a step, so
    /// that answers come at half their speed at worst. Never such that one token is left over: kernels for one token round otherwise
    /// than those for several, and a prompt in pieces is to give what it gives in one.
    /// </summary>
    private int Piece(ScheduledSequence sequence, bool isAlone)
    {
        var most = limits.MaxPromptTokens;
        if (!isAlone && (rows.Count > 0 || returning.Count > 0))
            most = Math.Clamp(promptTokenTime > TimeSpan.Zero ? (int)(stepTime / promptTokenTime) : FirstPromptTokens, Math.Min(LeastPromptTokens, most), most);
        var count = Math.Min(most, sequence.Remaining);
        return sequence.Remaining - count == 1 ? count > 2 ? count - 1 : count + 1 : count;
    }

    private void SeatWaiting()
    {
        while (true)
        {
            ScheduledSequence sequence;
            lock (gate)
            {
                if (waiting.First is null)
                    return;
                sequence = waiting.First.Value;
                if (!slots.HasRoomFor(sequence))
                {
                    isFull = true;
                    return;
                }

                waiting.RemoveFirst();
                sequence.State = RunState.Running;
            }

            Exception? error = null;
            try
            {
                Seat(sequence);
            }
            catch (Exception e)
            {
                error = Typed(e);
            }

            lock (gate)
            {
                sequence.State = RunState.Idle;
                if (error is null && !sequence.IsGivenUp)
                {
                    sequence.State = RunState.Queued;
                    (sequence.IsPrompt ? prompts : tokens).AddLast(sequence.Node);
                    continue;
                }
            }

            sequence.End(error);
        }
    }

    /// <summary>Gives a sequence a slot if it has none; called by whoever has the turn.</summary>
    /// <returns>Whether there is one.</returns>
    private bool Seat(ScheduledSequence sequence)
    {
        if (sequence.Slot >= 0)
            return true;
        slots.Check(sequence);
        SlotPlan? plan;
        lock (gate)
            plan = slots.Plan(sequence);
        if (plan is null)
            return false;
        // Copying takes its time; nobody else changes the slots meanwhile, but who leaves.
        lock (gate)
            prefixes.Shrink(limits.MaxBytes - Memory.BytesOf(plan.Slots, plan.Capacity) - slots.StateBytes - sequence.StateBytes);
        if (plan.IsResized)
            Memory.Resize(plan.Slots, plan.Capacity, plan.Moves);
        lock (gate)
        {
            slots.Take(sequence, plan);
            if (sequence.Scope is { } scope && sequence.IsAtStart && prefixes.Find(scope, sequence.Tokens.Span, sequence.StateNames) is (var prefix, var positions))
            {
                Memory.CopyFrom(prefix.Cache, sequence.Slot, positions);
                sequence.Restore(prefix, positions);
            }
        }

        return true;
    }

    private TooManyRequestsException Busy(string what) => new(
        string.Create(CultureInfo.InvariantCulture, $"The model has no room for another sequence now: {what}. Try again in {slots.TypicalWait(waiting.Count).TotalSeconds} s."),
        slots.TypicalWait(waiting.Count));
}
