using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

/// <summary>One sequence of a <see cref="ToyModel"/>.</summary>
internal sealed class ToyRunner(ToyModel model, DecodingOptions options) : ISequenceRunner
{
    private readonly List<int> sequence = [];
    private readonly Dictionary<string, ToyStates> states = options.HiddenStates.ToDictionary(n => n, n => new ToyStates(n));
    private float[] logits = [];
    private string? adapter;
    private int runs;
    private volatile bool isTerminated;

    public ReadOnlySpan<float> Logits => logits;

    public HiddenStates GetHiddenStates(string name)
    {
        model.BeforeCall?.Invoke("states");
        return states[name];
    }

    public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
    {
        model.BeforeRun?.Invoke(runs++);
        model.BeforeCall?.Invoke("run");
        cancellationToken.ThrowIfCancellationRequested();
        // The tokens may be what holds the run up.
        var run = tokens.ToArray();
        if (isTerminated)
        {
            throw new OperationCanceledException("The run was ended.");
        }

        Assert.Equal(past, sequence.Count);
        sequence.AddRange(run);
        logits = model.Logits(CollectionsMarshal.AsSpan(sequence), adapter);
        foreach (var state in states.Values)
        {
            state.Set(CollectionsMarshal.AsSpan(sequence), past);
        }

        return ValueTask.CompletedTask;
    }

    public void Rewind(int length)
    {
        model.BeforeCall?.Invoke("rewind");
        sequence.RemoveRange(length, sequence.Count - length);
    }

    public void SetAdapter(string? name)
    {
        model.BeforeCall?.Invoke("adapter");
        adapter = name;
    }

    public void Terminate() => isTerminated = true;

    public void Dispose() => model.Closed();
}
