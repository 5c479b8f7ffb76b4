using SafeSwitch.Backends;

namespace SafeSwitch.Monitoring;

/// <summary>
/// Hidden states as code of the host's reads them. The runtime's memory under them is reused or freed once the request goes on,
/// and nothing can stop a monitor that is late from reading; so it is given memory of its own, copied when it first asks, and an
/// exception when it asks too late.
/// </summary>
internal sealed class DetachableStates(HiddenStates source) : HiddenStates
{
    private readonly Lock gate = new();
    private HiddenStates? source = source;
    private byte[]? copy;

    public override string Name { get; } = source.Name;

    public override int Positions { get; } = source.Positions;

    public override int Width { get; } = source.Width;

    public override HiddenStateType Type { get; } = source.Type;

    public override ReadOnlySpan<byte> Data
    {
        get
        {
            lock (gate)
                return copy ??= Source.Data.ToArray();
        }
    }

    private HiddenStates Source => source ?? throw new ObjectDisposedException(
        Name, $"The look at hidden states '{Name}' is over: its time was up, its request ended, or the monitor had returned. Read them before.");

    /// <summary>One row is read where the runtime wrote it, without a copy of all.</summary>
    public override void CopyRow(int position, Span<float> destination)
    {
        lock (gate)
        {
            if (copy is null)
            {
                Source.CopyRow(position, destination);
                return;
            }
        }

        base.CopyRow(position, destination);
    }

    /// <summary>Ends the look: waits for a copy that is being made, and lets go of the runtime's memory.</summary>
    public void Detach()
    {
        lock (gate)
            source = null;
    }
}
