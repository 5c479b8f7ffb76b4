using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>Runs the next token of several sequences as one batch: with an adapter for those that have it on, and its gate at 0 for the others.</summary>
internal sealed class BatchedTokens(Decoder decoder, SlotMemory memory, int maxRows) : IDisposable
{
    // By adapter: its tensors stay bound.
    private readonly Dictionary<string, BatchStep> steps = new(StringComparer.Ordinal);
    private readonly bool mixesAdapters = BatchStep.HasGate(decoder);

    /// <summary>Batches that were run.</summary>
    public long Batches { get; private set; }

    /// <summary>Takes those out of a line who can be one batch, who came first before others.</summary>
    /// <param name="line">Sequences with a token to run.</param>
    /// <param name="rows">Takes them.</param>
    public void Choose(LinkedList<ScheduledSequence> line, List<ScheduledSequence> rows)
    {
        string? adapter = null;
        for (var node = line.First; node is not null;)
        {
            var (sequence, next) = (node.Value, node.Next);
            var fits = rows.Count == 0 || sequence.Adapter == adapter || (mixesAdapters && (sequence.Adapter is null || adapter is null));
            if (fits)
            {
                adapter = rows.Count == 0 ? sequence.Adapter : adapter ?? sequence.Adapter;
                line.Remove(node);
                sequence.State = RunState.Running;
                rows.Add(sequence);
            }

            node = next;
        }
    }

    /// <param name="rows">The sequences, in slots from the first one on.</param>
    /// <param name="first">The first slot.</param>
    /// <param name="lengths">The length of each slot from there.</param>
    /// <exception cref="SafeSwitchException">ONNX Runtime failed.</exception>
    public void Run(List<ScheduledSequence> rows, int first, ReadOnlySpan<int> lengths)
    {
        Span<int> next = stackalloc int[lengths.Length];
        Span<bool> adapted = stackalloc bool[lengths.Length];
        string? adapter = null;
        foreach (var row in rows)
        {
            next[row.Slot - first] = row.Tokens.Span[0];
            adapted[row.Slot - first] = row.Adapter is not null;
            adapter ??= row.Adapter;
        }

        if (!steps.TryGetValue(adapter ?? "", out var step))
            steps.Add(adapter ?? "", step = new BatchStep(decoder, memory, adapter, maxRows));
        step.Run(first, next, lengths, adapted);
        Batches++;
        ServingMetrics.BatchRows.Record(rows.Count);
        foreach (var row in rows)
        {
            var index = row.Slot - first;
            row.TakeRow(output => step.Row(output, index));
        }
    }

    public void Dispose()
    {
        foreach (var step in steps.Values)
            step.Dispose();
    }
}
