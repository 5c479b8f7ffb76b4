using System.Buffers;

namespace SafeSwitch.Training.States;

/// <summary>A row and its states, from when its prompt is run until it is written.</summary>
internal sealed class PendingRow
{
    private readonly Dictionary<string, ArrayBufferWriter<Half>> states;
    private readonly int width;
    private Half[] refusalStates = [];

    public PendingRow(EncodedRow row, IReadOnlyList<string> layers, int width)
    {
        Row = row;
        Result = new CollectedRow { Data = row.Request.Row, PromptTokens = row.Length, Positions = 0 };
        this.width = width;
        states = layers.ToDictionary(l => l, _ => new ArrayBufferWriter<Half>(), StringComparer.Ordinal);
    }

    public EncodedRow Row { get; }

    /// <summary>What is kept besides the states.</summary>
    public CollectedRow Result { get; set; }

    public ReadOnlySpan<Half> RefusalStates => refusalStates;

    /// <summary>States of one layer in order: content positions, last position, pilot tokens.</summary>
    public ReadOnlySpan<Half> States(string layer) => states[layer].WrittenSpan;

    /// <summary>Room for states of one layer after those that it has.</summary>
    public Span<Half> Append(string layer, int positions)
    {
        var room = states[layer].GetSpan(positions * width)[..(positions * width)];
        states[layer].Advance(positions * width);
        return room;
    }

    /// <summary>Room for the final states that predict the tokens of the row's refusal.</summary>
    public Span<Half> AppendRefusal() => refusalStates = new Half[Row.RefusalTokens.Length * width];
}
