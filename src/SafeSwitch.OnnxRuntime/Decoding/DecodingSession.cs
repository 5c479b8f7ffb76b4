using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>One sequence on ONNX Runtime. Verbs run on the caller's thread and complete before they return.</summary>
internal sealed class DecodingSession : IDecodingSession
{
    private readonly Decoder decoder;
    private readonly SequenceRunner runner;
    private readonly SessionGate gate;
    private readonly int capacity;
    private bool hasResult;

    public DecodingSession(Decoder decoder, SequenceRunner runner, int capacity)
    {
        this.decoder = decoder;
        this.runner = runner;
        this.capacity = capacity;
        gate = new SessionGate(runner.Terminate, Release);
    }

    public int Length { get; private set; }

    public ReadOnlySpan<float> Logits => hasResult
        ? runner.Logits
        : throw new InvalidOperationException("There are no logits: nothing was run since the session was opened, rewound or failed.");

    public ValueTask PrefillAsync(ReadOnlyMemory<int> tokens, CancellationToken cancellationToken = default) =>
        Run(tokens.Span, cancellationToken);

    public ValueTask DecodeAsync(int token, CancellationToken cancellationToken = default) => Run([token], cancellationToken);

    public HiddenStates GetHiddenStates(string name)
    {
        var states = runner.FindHiddenStates(name)
            ?? throw new ArgumentException($"Hidden state: found '{name}', expected one that the session was opened for: {string.Join(", ", runner.HiddenStates)}.", nameof(name));
        return hasResult
            ? states
            : throw new InvalidOperationException("There are no hidden states: nothing was run since the session was opened, rewound or failed.");
    }

    public void Rewind(int length)
    {
        gate.Enter();
        try
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
            runner.Rewind(length);
            Length = length;
            hasResult = false;
        }
        finally
        {
            gate.Exit();
        }
    }

    public void SetAdapter(string? name)
    {
        gate.Enter();
        try
        {
            Adapter? adapter = null;
            if (name is not null && !decoder.Adapters.TryGetValue(name, out adapter))
                throw new ArgumentException($"Adapter: found '{name}', expected one of: {string.Join(", ", decoder.Adapters.Keys)}.", nameof(name));
            runner.SetAdapter(adapter);
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>Copies the cache of all positions into a slot of a block of the same layout.</summary>
    internal void CopyCacheTo(CacheBlock block, int slot)
    {
        gate.Enter();
        try
        {
            runner.CopyCacheTo(block, slot, Length);
        }
        finally
        {
            gate.Exit();
        }
    }

    public ValueTask DisposeAsync() => gate.DisposeAsync();

    private ValueTask Run(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            gate.Enter();
            try
            {
                Check(tokens);
                hasResult = false;
                runner.Run(tokens, Length, cancellationToken);
                Length += tokens.Length;
                hasResult = true;
            }
            catch (OperationCanceledException e) when (!e.CancellationToken.IsCancellationRequested)
            {
                throw new ObjectDisposedException("The session was disposed while it ran.", e);
            }
            finally
            {
                gate.Exit();
            }

            return ValueTask.CompletedTask;
        }
        catch (OperationCanceledException e)
        {
            return ValueTask.FromCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    private void Check(ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty)
            throw new ArgumentException("Tokens: found none, expected at least one.", nameof(tokens));
        var vocabulary = decoder.Layout.Logits.Width;
        for (var i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)vocabulary)
                throw new ArgumentException($"Token {i}: found {tokens[i]}, expected one from 0 to {vocabulary - 1}.", nameof(tokens));
        }

        if (tokens.Length > capacity - Length)
            throw new InvalidOperationException($"The session was opened for {capacity} positions and holds {Length}: {tokens.Length} more do not fit.");
    }

    private void Release()
    {
        hasResult = false;
        runner.Dispose();
        decoder.Release();
    }
}
