using System.Numerics.Tensors;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>What one network reads of a row: its positions, and the states of its layers side by side.</summary>
internal sealed class MemberInput(IProbeStates states, ProbeMemberDesign member)
{
    private readonly string[] layers = [.. member.Layers];

    public int Width => states.Width * layers.Length;

    public IProbeStates States => states;

    public bool ScoresTokens => member.ScoresTokens;

    /// <summary>Positions that the network scores.</summary>
    public int Positions(int row) =>
        member.ScoresTokens ? states.Positions(row, layers[0]).Length / states.Width : 1;

    /// <summary>Writes the inputs of some positions, [count, width].</summary>
    public void Fill(int row, int start, int count, Span<float> destination)
    {
        for (var i = 0; i < layers.Length; i++)
        {
            switch (member.Pooling)
            {
                case ProbePooling.Last:
                    TensorPrimitives.ConvertToSingle(states.Last(row, layers[i]), destination[(i * states.Width)..]);
                    break;
                case ProbePooling.MeanState:
                    Average(states.Positions(row, layers[i]), destination.Slice(i * states.Width, states.Width));
                    break;
                default:
                    Convert(states.Positions(row, layers[i]).Slice(start * states.Width, count * states.Width), i, destination);
                    break;
            }
        }
    }

    private void Convert(ReadOnlySpan<Half> source, int layer, Span<float> destination)
    {
        if (layers.Length == 1)
        {
            TensorPrimitives.ConvertToSingle(source, destination);
            return;
        }

        for (var from = 0; from < source.Length; from += states.Width)
        {
            TensorPrimitives.ConvertToSingle(
                source.Slice(from, states.Width), destination[(from * layers.Length + layer * states.Width)..]);
        }
    }

    private void Average(ReadOnlySpan<Half> source, Span<float> destination)
    {
        destination.Clear();
        Span<float> state = stackalloc float[1024];
        if (state.Length < states.Width)
            state = new float[states.Width];
        state = state[..states.Width];
        for (var from = 0; from < source.Length; from += states.Width)
        {
            TensorPrimitives.ConvertToSingle(source.Slice(from, states.Width), state);
            TensorPrimitives.Add(destination, state, destination);
        }

        if (source.Length > states.Width)
            TensorPrimitives.Divide(destination, source.Length / states.Width, destination);
    }
}
