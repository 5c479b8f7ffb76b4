using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;

namespace SafeSwitch.OnnxRuntime.Probes;

/// <summary>
/// A probe as an ONNX graph: inputs named after the hidden states that it reads, optional <c>content_mask</c> and
/// <c>attention_mask</c>, output <c>probability [batch, classes]</c> of which the last class is the positive one.
/// </summary>
internal sealed class OnnxProbe : IProbe
{
    private readonly InferenceSession session;
    private readonly ProbeInputs inputs;
    private readonly RunOptions runOptions = new();

    internal OnnxProbe(ProbeDescription description, InferenceSession session, ProbeInputs inputs)
    {
        Name = description.Name;
        Stage = description.Stage;
        HiddenStates = description.HiddenStates;
        this.session = session;
        this.inputs = inputs;
    }

    public string Name { get; }

    public MonitorStage Stage { get; }

    public IReadOnlyList<string> HiddenStates { get; }

    public float Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
    {
        Check(states, contentMask);
        var positions = states[0].Positions;
        var values = new List<ProbeTensor>(inputs.Names.Count);
        try
        {
            foreach (var state in states)
                values.Add(ProbeTensor.Of(state));
            if (inputs.TakesContentMask)
                values.Add(contentMask.IsEmpty ? ProbeTensor.Ones(positions) : ProbeTensor.Of(contentMask));
            if (inputs.TakesAttentionMask)
                values.Add(ProbeTensor.Ones(positions));

            using var results = session.Run(runOptions, inputs.Names, values.ConvertAll(v => v.Value), ProbeInputs.Outputs);
            return results[0].GetTensorDataAsSpan<float>()[^1];
        }
        catch (OnnxRuntimeException e)
        {
            throw new SafeSwitchException($"Probe '{Name}': ONNX Runtime failed: {e.Message}", e);
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
        }
    }

    public void Dispose()
    {
        session.Dispose();
        runOptions.Dispose();
    }

    private void Check(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
    {
        if (states.Length != HiddenStates.Count)
            throw new ArgumentException($"Probe '{Name}': found {states.Length} hidden states, expected {HiddenStates.Count}: {string.Join(", ", HiddenStates)}.", nameof(states));
        for (var i = 0; i < states.Length; i++)
        {
            if (states[i].Name != HiddenStates[i])
                throw new ArgumentException($"Probe '{Name}': found '{states[i].Name}', expected '{HiddenStates[i]}'.", nameof(states));
            if (states[i].Width != inputs.Width)
                throw new ArgumentException($"Probe '{Name}': found states of width {states[i].Width}, expected {inputs.Width}.", nameof(states));
            if (states[i].Positions != states[0].Positions || states[i].Positions == 0)
                throw new ArgumentException($"Probe '{Name}': found states of {states[i].Positions} positions beside {states[0].Positions}, expected one or more, as many everywhere.", nameof(states));
        }

        if (!contentMask.IsEmpty && contentMask.Length != states[0].Positions)
            throw new ArgumentException($"Probe '{Name}': found a content mask of {contentMask.Length} entries, expected {states[0].Positions}.", nameof(contentMask));
    }
}
