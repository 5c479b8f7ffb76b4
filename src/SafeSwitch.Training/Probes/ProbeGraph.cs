using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes;

/// <summary>A written probe graph, run in ONNX Runtime on collected states. One thread at a time.</summary>
internal sealed class ProbeGraph : IDisposable
{
    private static readonly string[] Outputs = [ProbeExporter.Probability];

    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly MonitorStage stage;
    private readonly string[] layers;
    private readonly bool takesMask;

    private ProbeGraph(InferenceSession session, MonitorStage stage)
    {
        this.session = session;
        this.stage = stage;
        layers = [.. session.InputNames.Where(n => n != ProbeExporter.ContentMask)];
        takesMask = session.InputNames.Contains(ProbeExporter.ContentMask);
    }

    /// <summary>Loads a graph.</summary>
    /// <exception cref="DataException">It can't be loaded.</exception>
    public static ProbeGraph Open(string path, MonitorStage stage)
    {
        using var settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            return new ProbeGraph(new InferenceSession(path, settings), stage);
        }
        catch (OnnxRuntimeException e)
        {
            throw new DataException($"'{path}': ONNX Runtime can't load the probe: {e.Message}", e);
        }
    }

    /// <summary>Probability of the positive class for one row: its prompt's content and last position, or its pilot.</summary>
    public float Score(IProbeStates states, int row)
    {
        var positions = states.Positions(row, layers[0]).Length / states.Width;
        // A prompt ends in the template's tokens: they count for the last position, never as content.
        var length = stage == MonitorStage.Prompt ? positions + 1 : positions;
        var names = new List<string>(layers);
        var values = new List<OrtValue>(layers.Length + 1);
        try
        {
            foreach (var layer in layers)
            {
                var tensor = new float[length * states.Width];
                TensorPrimitives.ConvertToSingle(states.Positions(row, layer), tensor);
                if (stage == MonitorStage.Prompt)
                    TensorPrimitives.ConvertToSingle(states.Last(row, layer), tensor.AsSpan(positions * states.Width));
                values.Add(OrtValue.CreateTensorValueFromMemory(tensor, [1, length, states.Width]));
            }

            if (takesMask)
            {
                var mask = new float[length];
                mask.AsSpan(0, positions).Fill(1);
                names.Add(ProbeExporter.ContentMask);
                values.Add(OrtValue.CreateTensorValueFromMemory(mask, [1, length]));
            }

            using var results = session.Run(options, names, values, Outputs);
            return results[0].GetTensorDataAsSpan<float>()[^1];
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
    }
}
