using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes;

/// <summary>A written probe graph, run as a backend runs it, on collected states. Thread-safe.</summary>
internal sealed class ProbeGraph : IDisposable
{
    private readonly OnnxProbe probe;

    private ProbeGraph(OnnxProbe probe) => this.probe = probe;

    /// <summary>Loads a graph.</summary>
    /// <exception cref="DataException">It can't be loaded.</exception>
    public static ProbeGraph Open(string path, MonitorStage stage, IReadOnlyList<string>? classes = null)
    {
        try
        {
            return new ProbeGraph(OnnxProbe.Load(path, Path.GetFileNameWithoutExtension(path), stage, classes: classes));
        }
        catch (BundleException e)
        {
            throw new DataException($"'{path}' isn't a probe:{string.Concat(e.Problems.Select(p => $"{Environment.NewLine}  {p}"))}", e);
        }
    }

    /// <summary>What it says of one row: of its prompt's content and last position, or its pilot.</summary>
    public ProbeReading Score(IProbeStates states, int row)
    {
        var positions = states.Positions(row, probe.HiddenStates[0]).Length / states.Width;
        // A prompt ends in the template's tokens: they count for the last position, never as content.
        var length = probe.Stage == MonitorStage.Prompt ? positions + 1 : positions;
        var mask = new float[length];
        mask.AsSpan(0, positions).Fill(1);
        HiddenStates[] inputs = [.. probe.HiddenStates.Select(layer => new RowStates(layer, states.Width, Read(states, row, layer, length)))];
        return probe.Score(inputs, mask);
    }

    public void Dispose() => probe.Dispose();

    private float[] Read(IProbeStates states, int row, string layer, int length)
    {
        var stored = states.Positions(row, layer);
        var numbers = new float[length * states.Width];
        TensorPrimitives.ConvertToSingle(stored, numbers);
        if (probe.Stage == MonitorStage.Prompt)
            TensorPrimitives.ConvertToSingle(states.Last(row, layer), numbers.AsSpan(stored.Length));
        return numbers;
    }

    private sealed class RowStates(string name, int width, float[] numbers) : HiddenStates
    {
        public override string Name => name;

        public override int Positions => numbers.Length / width;

        public override int Width => width;

        public override HiddenStateType Type => HiddenStateType.Float32;

        public override ReadOnlySpan<byte> Data => MemoryMarshal.AsBytes<float>(numbers);
    }
}
