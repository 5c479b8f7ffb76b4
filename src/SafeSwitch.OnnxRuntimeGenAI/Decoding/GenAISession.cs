using System.Buffers;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>
/// One sequence over a native generator. The tokens are kept: where a generator is of no more use - a model that can't rewind, an
/// adapter that can't be switched, a run that failed - the next run goes through a new one, from the beginning.
/// </summary>
internal sealed class GenAISession : IDecodingSession
{
    private readonly GenAIModel model;
    private readonly SessionGate gate;
    private readonly GenAIHiddenStates[] states;
    private readonly int[] tokens;
    private float[] logits;
    private volatile Generator? generator;
    private string? adapter;
    private volatile bool isInterrupted;
    private int lastRun;

    public GenAISession(GenAIModel model, SessionOptions options)
    {
        this.model = model;
        gate = new SessionGate(Interrupt, Release);
        states = [.. options.HiddenStates.Select(name => new GenAIHiddenStates(name, model.Info.HiddenSize))];
        tokens = new int[options.Capacity];
        logits = ArrayPool<float>.Shared.Rent(model.Info.VocabularySize);
        generator = model.CreateGenerator(options.Capacity);
    }

    public int Length { get; private set; }

    public ReadOnlySpan<float> Logits
    {
        get
        {
            gate.Enter();
            try
            {
                return lastRun > 0 ? logits.AsSpan(0, model.Info.VocabularySize) : throw NothingRun("logits");
            }
            finally
            {
                gate.Exit();
            }
        }
    }

    public ValueTask PrefillAsync(ReadOnlyMemory<int> tokens, CancellationToken cancellationToken = default) =>
        Run(tokens.Span, cancellationToken);

    public ValueTask DecodeAsync(int token, CancellationToken cancellationToken = default) => Run([token], cancellationToken);

    public HiddenStates GetHiddenStates(string name)
    {
        gate.Enter();
        try
        {
            var state = Array.Find(states, s => s.Name == name) ?? throw new ArgumentException(
                $"The session was not opened for '{name}' but for: {string.Join(", ", states.Select(s => s.Name))}.", nameof(name));
            if (lastRun == 0)
                throw NothingRun("hidden states");
            if (!state.IsLoaded)
                state.Load(generator!.GetOutput(name), lastRun);
            return state;
        }
        finally
        {
            gate.Exit();
        }
    }

    public void Rewind(int length)
    {
        gate.Enter();
        try
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
            ForgetRun();
            Length = length;
            if (generator is { } current && !current.TryRewind(length))
            {
                model.ReportReplay("rewind");
                DropGenerator();
            }
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
            if (name is not null && !model.Info.Adapters.Contains(name))
            {
                throw new ArgumentException(
                    $"The model has no adapter '{name}'; it has: {string.Join(", ", model.Info.Adapters.DefaultIfEmpty("none"))}.", nameof(name));
            }

            adapter = name;
        }
        finally
        {
            gate.Exit();
        }
    }

    public ValueTask DisposeAsync() => gate.DisposeAsync();

    private ValueTask Run(ReadOnlySpan<int> added, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            gate.Enter();
            try
            {
                CheckTokens(added);
                ForgetRun();
                added.CopyTo(tokens.AsSpan(Length));
                RunTo(Length + added.Length, cancellationToken);
                Length += added.Length;
                lastRun = added.Length;
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

    private void RunTo(int end, CancellationToken cancellationToken)
    {
        var current = CurrentGenerator();
        try
        {
            Run(current, end, cancellationToken);
        }
        catch
        {
            DropGenerator();
            throw;
        }
    }

    private void Run(Generator current, int end, CancellationToken cancellationToken)
    {
        // A single step is over before a registration would be worth it.
        var cancellable = end - current.Length > 1 ? cancellationToken : CancellationToken.None;
        OnnxRuntimeGenAIException? failure = null;
        using (cancellable.UnsafeRegister(static generator => ((Generator)generator!).Terminate(), current))
        {
            try
            {
                current.Run(tokens.AsSpan(current.Length, end - current.Length), logits.AsSpan(0, model.Info.VocabularySize));
            }
            catch (OnnxRuntimeGenAIException e)
            {
                failure = e;
            }
        }

        if (current.IsTerminated)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ObjectDisposedException(nameof(GenAISession), "The session was disposed while a verb ran.");
        }

        if (failure is not null)
            throw failure;
    }

    private Generator CurrentGenerator()
    {
        if (generator is { } current)
        {
            if (current.TrySwitch(adapter))
                return current;
            model.ReportReplay("switch adapters");
            DropGenerator();
        }

        var fresh = model.CreateGenerator(tokens.Length);
        generator = fresh;
        if (isInterrupted)
            fresh.Terminate();
        fresh.TrySwitch(adapter);
        return fresh;
    }

    private void CheckTokens(ReadOnlySpan<int> added)
    {
        if (added.IsEmpty)
            throw new ArgumentException("There are no tokens to run.", nameof(added));
        foreach (var token in added)
        {
            if ((uint)token >= (uint)model.Info.VocabularySize)
                throw new ArgumentException($"Token {token} is outside the vocabulary of {model.Info.VocabularySize}.", nameof(added));
        }

        if (added.Length > tokens.Length - Length)
        {
            throw new InvalidOperationException(
                $"{added.Length} tokens do not fit: the session holds {Length} of {tokens.Length} positions. Open it with more capacity.");
        }
    }

    // The generator may be being replaced: the new one looks at the flag.
    private void Interrupt()
    {
        isInterrupted = true;
        generator?.Terminate();
    }

    private void Release()
    {
        ForgetRun();
        DropGenerator();
        ArrayPool<float>.Shared.Return(logits);
        logits = [];
        model.Forget(this);
    }

    private void ForgetRun()
    {
        lastRun = 0;
        foreach (var state in states)
            state.Dispose();
    }

    private void DropGenerator()
    {
        generator?.Dispose();
        generator = null;
    }

    private static InvalidOperationException NothingRun(string what) =>
        new($"There are no {what}: nothing was run since the session was opened, rewound or failed.");
}
