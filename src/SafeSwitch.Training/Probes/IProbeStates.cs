using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>Labelled rows and their collected hidden states.</summary>
public interface IProbeStates
{
    /// <summary>Numbers per state.</summary>
    int Width { get; }

    /// <summary>The hidden states that were collected.</summary>
    IReadOnlyList<string> Layers { get; }

    /// <summary>The rows.</summary>
    IReadOnlyList<ProbeRow> Rows { get; }

    /// <summary>Poolings that these states serve: all, unless states of single positions were not kept.</summary>
    IReadOnlyList<ProbePooling> Poolings => Enum.GetValues<ProbePooling>();

    /// <summary>States that a pooling probe sees, [positions, width]: the content positions of the prompt in order, or the pilot.</summary>
    ReadOnlySpan<Half> Positions(int row, string layer);

    /// <summary>State of the last position, [width]; it need not be a content position.</summary>
    ReadOnlySpan<Half> Last(int row, string layer);
}
