using System.Diagnostics;
using System.Globalization;
using System.Numerics;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>How many sequences share the machine, and in how much memory.</summary>
/// <param name="MaxRows">Most sequences that have a slot.</param>
/// <param name="MaxBytes">Most bytes of keys, values and hidden states.</param>
/// <param name="IdleBytes">Most bytes that are kept while there are no sequences.</param>
/// <param name="MaxWaiting">Most sequences that wait for a slot.</param>
/// <param name="MaxWait">How long one waits.</param>
/// <param name="MaxPromptTokens">Most prompt tokens of a step, at least 2.</param>
internal sealed record SchedulerLimits(int MaxRows, long MaxBytes, long IdleBytes, int MaxWaiting, TimeSpan MaxWait, int MaxPromptTokens);

/// <summary>How the slots are to be for another sequence.</summary>
/// <param name="Slots">Their number.</param>
/// <param name="Capacity">Positions of each.</param>
/// <param name="Moves">Where each seated sequence moves, if the memory is allocated again.</param>
/// <param name="IsResized">Whether it is.</param>
internal sealed record SlotPlan(int Slots, int Capacity, IReadOnlyList<(int From, int To, int Positions)> Moves, bool IsResized);

/// <summary>Who has which slot, and whether there is one for another sequence. Under the scheduler's lock.</summary>
internal sealed class SlotTable(SlotMemory memory, SchedulerLimits limits)
{
    private readonly Dictionary<ScheduledSequence, long> seatedSince = [];
    private ScheduledSequence?[] owners = [];
    private TimeSpan typicalStay = TimeSpan.FromSeconds(1);

    public int Taken => seatedSince.Count;

    /// <summary>Bytes of the hidden states of those who have a slot, at most.</summary>
    public long StateBytes => seatedSince.Keys.Sum(s => s.StateBytes);

    /// <exception cref="SafeSwitchException">The sequence would not fit if it were the only one.</exception>
    public void Check(ScheduledSequence sequence)
    {
        var bytes = memory.BytesOf(1, memory.RoundUp(sequence.Positions + 1)) + sequence.StateBytes;
        if (bytes > limits.MaxBytes)
        {
            throw new SafeSwitchException(string.Create(
                CultureInfo.InvariantCulture,
                $"OnnxRuntime: CacheBytes: found {limits.MaxBytes}, expected {bytes} or more for a sequence of {sequence.Positions} positions."));
        }
    }

    public bool HasRoomFor(ScheduledSequence sequence) => Plan(sequence) is not null;

    /// <returns><see langword="null"/> if there is no room now.</returns>
    public SlotPlan? Plan(ScheduledSequence sequence)
    {
        if (Taken >= limits.MaxRows)
            return null;
        var states = sequence.StateBytes;
        var positions = sequence.Positions;
        foreach (var seated in seatedSince.Keys)
        {
            states += seated.StateBytes;
            positions = Math.Max(positions, seated.Positions);
        }

        // One more than anybody fills: a batch writes something there for those between its rows who have no token in it.
        var needed = memory.RoundUp(positions + 1);
        var isMuchTooLarge = Taken == 0 && memory.Capacity > needed * 2;
        if (Taken < memory.Slots && memory.Capacity >= needed && !isMuchTooLarge && memory.Bytes + states <= limits.MaxBytes)
            return new SlotPlan(memory.Slots, memory.Capacity, [], IsResized: false);

        // Room for those to come, if there is memory for it.
        var ample = Taken == 0 ? needed : memory.RoundUp((int)BitOperations.RoundUpToPowerOf2((uint)needed));
        var many = Math.Min((int)BitOperations.RoundUpToPowerOf2((uint)Taken + 1), limits.MaxRows);
        foreach (var (slots, capacity) in new[] { (many, ample), (many, needed), (Taken + 1, needed) })
        {
            if (memory.BytesOf(slots, capacity) + states <= limits.MaxBytes)
                return new SlotPlan(slots, capacity, [.. seatedSince.Keys.OrderBy(s => s.Slot).Select((s, i) => (s.Slot, i, s.Length))], IsResized: true);
        }

        return null;
    }

    /// <summary>Seats a sequence as was planned.</summary>
    public void Take(ScheduledSequence sequence, SlotPlan plan)
    {
        if (plan.IsResized)
        {
            var before = owners;
            owners = new ScheduledSequence?[plan.Slots];
            foreach (var (from, to, _) in plan.Moves)
            {
                // Whoever left meanwhile is no longer there.
                if (before[from] is { } moved)
                    (owners[to], moved.Slot) = (moved, to);
            }
        }

        sequence.Slot = Array.IndexOf(owners, null);
        owners[sequence.Slot] = sequence;
        seatedSince.Add(sequence, Stopwatch.GetTimestamp());
    }

    public void Free(ScheduledSequence sequence)
    {
        if (!seatedSince.Remove(sequence, out var since))
            return;
        owners[sequence.Slot] = null;
        typicalStay = ((typicalStay * 7) + Stopwatch.GetElapsedTime(since)) / 8;
    }

    /// <summary>When somebody behind so many may have a slot.</summary>
    public TimeSpan TypicalWait(int ahead) =>
        TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(typicalStay.TotalSeconds * (ahead + 1) / Math.Max(1, Taken)), 1, 3600));

    /// <summary>
    /// Brings rows together as near as can be without disturbing others, and says where they are. A slot between them that has no row
    /// in the batch runs with the others, writing behind its end, where nothing is read before it is overwritten.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="lengths">Takes the length of every slot from the first row's to the last row's.</param>
    public (int First, int Count) Gather(List<ScheduledSequence> rows, Span<int> lengths)
    {
        while (true)
        {
            var last = rows.MaxBy(r => r.Slot)!;
            var free = Array.IndexOf(owners, null);
            if (free < 0 || free > last.Slot)
                break;
            memory.Move(last.Slot, free, last.Length);
            (owners[free], owners[last.Slot], last.Slot) = (last, null, free);
        }

        var first = rows.Min(r => r.Slot);
        var count = rows.Max(r => r.Slot) - first + 1;
        for (var i = 0; i < count; i++)
            lengths[i] = Math.Min(owners[first + i]?.Length ?? 0, memory.Capacity - 1);
        return (first, count);
    }
}
