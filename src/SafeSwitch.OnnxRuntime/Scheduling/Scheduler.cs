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
    private readonly object gate = new();
    private readonly Decoder decoder;
    private readonly SchedulerLimits limits;
    private readonly Seats seats;
    private readonly BatchedTokens batches;
    private readonly Pace pace;
    private readonly LinkedList<ScheduledSequence> waiting = new();
    private readonly LinkedList<ScheduledSequence> prompts = new();
    private readonly LinkedList<ScheduledSequence> tokens = new();
    private readonly List<ScheduledSequence> rows = [];

    // Those whose sessions are gone and whose prompts are kept when nothing runs.
    private readonly List<ScheduledSequence> leaving = [];

    // Who was just served and chooses the next token at this moment: a step that does not wait a little is a step without them.
    private readonly HashSet<ScheduledSequence> returning = [];
    private long returnsUntil;
    private Thread? thread;
    private bool isRunning;
    private bool isFull;
    private bool isDisposed;
    private SafeSwitchException? failure;

    /// <param name="decoder">The graph, which the scheduler is disposed with.</param>
    /// <param name="limits">What it may use.</param>
    public Scheduler(Decoder decoder, SchedulerLimits limits)
    {
        this.decoder = decoder;
        this.limits = limits;
        seats = new Seats(gate, decoder, limits);
        batches = new BatchedTokens(decoder, seats.Memory, limits.MaxRows);
        pace = new Pace(limits.MaxPromptTokens);
    }

    public SlotMemory Memory => seats.Memory;

    /// <summary>Sequences that have a slot.</summary>
    public int Seated
    {
        get
        {
            lock (gate)
                return seats.Taken;
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
    public PrefixStore Prefixes => seats.Prefixes;

    /// <summary>Batches of several rows that were run.</summary>
    public long Batches => batches.Batches;

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
            // Those that waited behind it may fit now.
            isFull = false;
            Monitor.PulseAll(gate);
        }

        sequence.End();
    }

    /// <summary>A sequence that is not running ends.</summary>
    public void Leave(ScheduledSequence sequence)
    {
        lock (gate)
        {
            returning.Remove(sequence);
            if (isRunning && !isDisposed && Seats.IsWorthKeeping(sequence) && TryHold())
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

        batches.Dispose();
        seats.Dispose();
    }

    private bool IsAnybodyInLine => tokens.Count > 0 || prompts.Count > 0 || (waiting.Count > 0 && !isFull);

    private static void Remove(LinkedListNode<ScheduledSequence> node) => node.List!.Remove(node);

    private static Exception Typed(Exception e) => e is SafeSwitchException or OperationCanceledException
        ? e
        : new SafeSwitchException($"The run failed: {e.Message}", e);

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

    private void Vacate(ScheduledSequence sequence)
    {
        seats.Vacate(sequence, keepsPrompt: !isRunning && !isDisposed, isIdle: !isRunning);
        isFull = false;
    }

    private ValueTask RunHere(ScheduledSequence sequence)
    {
        try
        {
            if (!seats.Seat(sequence))
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
                sequence.RunPart(pace.Piece(sequence.Remaining, isAlone: true));
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
        else if (waiting.Count >= limits.MaxWaiting && (waiting.Count > 0 || !seats.HasRoomFor(sequence)))
        {
            sequence.End(seats.Busy(string.Create(CultureInfo.InvariantCulture, $"all slots are taken, and the queue of {limits.MaxWaiting} is full"), waiting.Count));
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
                returnsUntil = Stopwatch.GetTimestamp() + (long)(pace.Return.TotalSeconds * Stopwatch.Frequency);
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
                    rows.Clear();
                    batches.Choose(tokens, rows);
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
            failure = new SafeSwitchException($"The model's scheduler failed; load the model again: {fault.Message}", fault);
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
                Monitor.Wait(gate, until == long.MaxValue ? Timeout.InfiniteTimeSpan : Stopwatch.GetElapsedTime(now, until) + Pace.Tick);
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
            first.End(seats.Busy(string.Create(CultureInfo.InvariantCulture, $"no slot was free for {limits.MaxWait.TotalSeconds:0.###} s"), waiting.Count));
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

        pace.Stepped(started);
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
        Span<int> lengths = stackalloc int[limits.MaxRows];
        int first, count;
        lock (gate)
            (first, count) = seats.Gather(rows, lengths);
        batches.Run(rows, first, lengths[..count]);
    }

    private void RunPrompt(ScheduledSequence prompt)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? error = null;
        try
        {
            var count = pace.Piece(prompt.Remaining, isAlone: rows.Count == 0 && returning.Count == 0);
            prompt.RunPart(count);
            pace.RanPrompt(started, count);
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
                if (!seats.HasRoomFor(sequence))
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
                seats.Seat(sequence);
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
}
