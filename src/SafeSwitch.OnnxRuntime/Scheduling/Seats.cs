using System.Globalization;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>
/// Who has a slot in the common memory, and what stays of those who had one: their prompts, for later ones that begin alike. Both live
/// within one budget. Under the scheduler's lock; memory moves only for whoever has the turn.
/// </summary>
internal sealed class Seats : IDisposable
{
    private readonly object gate;
    private readonly SchedulerLimits limits;
    private readonly SlotTable slots;

    /// <param name="gate">The scheduler's lock.</param>
    /// <param name="decoder">The graph.</param>
    /// <param name="limits">What may be used.</param>
    public Seats(object gate, Decoder decoder, SchedulerLimits limits)
    {
        (this.gate, this.limits) = (gate, limits);
        Memory = new SlotMemory(decoder.Layout.Cache);
        slots = new SlotTable(Memory, limits);
        Prefixes = new PrefixStore(decoder.Layout.Cache, decoder.CachePool.Memory);
    }

    public SlotMemory Memory { get; }

    /// <summary>What is kept of prompts.</summary>
    public PrefixStore Prefixes { get; }

    /// <summary>Sequences that have a slot.</summary>
    public int Taken => slots.Taken;

    public bool HasRoomFor(ScheduledSequence sequence) => slots.HasRoomFor(sequence);

    /// <summary>Brings rows of a batch together; see <see cref="SlotTable.Gather"/>.</summary>
    public (int First, int Count) Gather(List<ScheduledSequence> rows, Span<int> lengths) => slots.Gather(rows, lengths);

    /// <summary>Whether something of a sequence that ends is kept.</summary>
    public static bool IsWorthKeeping(ScheduledSequence sequence) => sequence.Slot >= 0 && sequence.Exact >= PrefixStore.Least;

    /// <summary>Gives a sequence a slot if it has none; called without the lock by whoever has the turn, as memory is copied.</summary>
    /// <returns>Whether it has one.</returns>
    /// <exception cref="SafeSwitchException">It would not fit if it were the only one.</exception>
    public bool Seat(ScheduledSequence sequence)
    {
        if (sequence.Slot >= 0)
            return true;
        slots.Check(sequence);
        SlotPlan? plan;
        lock (gate)
        {
            plan = slots.Plan(sequence);
            if (plan is null)
                return false;
            Prefixes.Shrink(limits.MaxBytes - Memory.BytesOf(plan.Slots, plan.Capacity) - slots.StateBytes - sequence.StateBytes);
        }

        // Copying takes its time; nobody else changes the slots meanwhile, but who leaves.
        if (plan.IsResized)
            Memory.Resize(plan.Slots, plan.Capacity, plan.Moves);
        lock (gate)
        {
            slots.Take(sequence, plan);
            if (sequence.Scope is { } scope && sequence.IsAtStart && Prefixes.Find(scope, sequence.Tokens.Span, sequence.StateNames) is (var prefix, var positions))
            {
                Memory.CopyFrom(prefix.Cache, sequence.Slot, positions);
                sequence.Restore(prefix, positions);
            }
        }

        return true;
    }

    /// <summary>Frees a sequence's slot, under the lock.</summary>
    /// <param name="sequence">The sequence; one without a slot changes nothing.</param>
    /// <param name="keepsPrompt">Whether its prompt is kept, if it is worth it and there is memory for it. Nothing runs then.</param>
    /// <param name="isIdle">Whether nothing runs: then memory that nobody needs is given back.</param>
    public void Vacate(ScheduledSequence sequence, bool keepsPrompt, bool isIdle)
    {
        if (keepsPrompt && IsWorthKeeping(sequence))
            Keep(sequence);
        slots.Free(sequence);
        if (isIdle && slots.Taken == 0 && Memory.Bytes > limits.IdleBytes)
            Memory.Dispose();
    }

    /// <summary>What those are told who find no room, with so many in line.</summary>
    public TooManyRequestsException Busy(string what, int inLine)
    {
        var wait = slots.TypicalWait(inLine);
        return new(string.Create(CultureInfo.InvariantCulture, $"The model has no room for another sequence now: {what}. Try again in {wait.TotalSeconds} s."), wait);
    }

    public void Dispose()
    {
        Prefixes.Dispose();
        Memory.Dispose();
    }

    private void Keep(ScheduledSequence sequence)
    {
        try
        {
            var room = limits.MaxBytes - Memory.Bytes - slots.StateBytes + sequence.StateBytes;
            var bytes = sequence.KeptBytes(Prefixes);
            if (bytes > room)
                return;
            Prefixes.Shrink(room - bytes);
            sequence.KeepIn(Prefixes);
        }
        catch (Exception)
        {
            // There is too little memory, say, or a listener of the meter throws. The request that runs here is seldom the one whose prompt it is,
            // and a prompt that is not kept only costs a later one its prefill.
            ServingMetrics.Lost.Add(1);
        }
    }
}
