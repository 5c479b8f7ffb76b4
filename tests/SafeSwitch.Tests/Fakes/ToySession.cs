using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

internal sealed class ToySession(ToyModel model, SessionOptions options) : IDecodingSession
{
    private readonly List<int> sequence = [];
    private readonly Dictionary<string, ToyStates> states = options.HiddenStates.ToDictionary(n => n, n => new ToyStates(n));
    private float[]? logits;
    private string? adapter;
    private int runs;
    private bool disposed;

    public int Length => sequence.Count;

    public ReadOnlySpan<float> Logits => logits ?? throw new InvalidOperationException("Nothing was run.");

    public ValueTask PrefillAsync(ReadOnlyMemory<int> tokens, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        model.BeforeRun?.Invoke(runs++);
        model.BeforeCall?.Invoke("run");
        cancellationToken.ThrowIfCancellationRequested();
        if (sequence.Count + tokens.Length > options.Capacity)
            throw new InvalidOperationException("Capacity.");
        var first = sequence.Count;
        sequence.AddRange(tokens.Span);
        logits = model.Logits(CollectionsMarshal.AsSpan(sequence), adapter);
        foreach (var state in states.Values)
            state.Set(CollectionsMarshal.AsSpan(sequence), first);
        return ValueTask.CompletedTask;
    }

    public ValueTask DecodeAsync(int token, CancellationToken cancellationToken = default) =>
        PrefillAsync(new[] { token }, cancellationToken);

    public HiddenStates GetHiddenStates(string name)
    {
        model.BeforeCall?.Invoke("states");
        return states.TryGetValue(name, out var state) ? state : throw new ArgumentException($"Not kept: {name}.", nameof(name));
    }

    public void Rewind(int length)
    {
        model.BeforeCall?.Invoke("rewind");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, sequence.Count);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        sequence.RemoveRange(length, sequence.Count - length);
        logits = null;
    }

    public void SetAdapter(string? name)
    {
        model.BeforeCall?.Invoke("adapter");
        adapter = name;
    }

    public ValueTask DisposeAsync()
    {
        if (!disposed)
            model.Closed();
        disposed = true;
        return ValueTask.CompletedTask;
    }
}
