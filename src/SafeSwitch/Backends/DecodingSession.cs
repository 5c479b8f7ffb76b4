namespace SafeSwitch.Backends;

/// <summary>
/// One sequence being decoded: its KV cache, its last logits and hidden states, its adapter. The same for every backend, over
/// the <see cref="ISequenceRunner"/> that the backend brings.
/// <para>A session serves one caller at a time; a call while another runs fails with <see cref="InvalidOperationException"/>.
/// Runs are asynchronous so that a batching scheduler can stand behind them; a backend that runs one sequence at a time completes
/// synchronously. A session may be disposed at any moment and from any thread, also while a call runs: the call is then ended
/// first, and fails with <see cref="ObjectDisposedException"/> like every later one.</para>
/// <para>A run that was cancelled or failed leaves <see cref="Length"/> as it was before; logits and states are then gone. A call
/// with arguments that it refuses changes nothing.</para>
/// </summary>
public sealed class DecodingSession : IAsyncDisposable
{
    private readonly LanguageModelInfo model;
    private readonly ISequenceRunner runner;
    private readonly SessionGate gate;
    private readonly string[] hiddenStates;
    private readonly int[] single = new int[1];
    private bool hasResult;

    /// <summary>Opens a session; for backends.</summary>
    /// <param name="model">The model that is run.</param>
    /// <param name="options">What the session is opened for.</param>
    /// <param name="open">Makes the runner once the options are checked. They name each hidden state once.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 1 or above the context length.</exception>
    /// <exception cref="ArgumentException">A hidden state is asked for that the model does not export.</exception>
    public DecodingSession(LanguageModelInfo model, DecodingOptions options, Func<DecodingOptions, ISequenceRunner> open)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(open);
        if (options.Capacity < 1 || options.Capacity > model.ContextLength)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Capacity, $"Capacity: found {options.Capacity}, expected from 1 to the model's context length, {model.ContextLength}.");
        }

        hiddenStates = [.. options.HiddenStates.Distinct()];
        foreach (var name in hiddenStates)
        {
            if (!model.HiddenStates.Contains(name))
            {
                throw new ArgumentException($"Hidden state: found '{name}', expected one that the model exports: {List(model.HiddenStates)}.", nameof(options));
            }
        }

        this.model = model;
        Capacity = options.Capacity;
        runner = open(options with { HiddenStates = hiddenStates });
        gate = new SessionGate(runner.Terminate, Release);
    }

    /// <summary>Number of positions that fit, 1 or more.</summary>
    public int Capacity { get; }

    /// <summary>Number of positions in the KV cache, from 0 to <see cref="Capacity"/>.</summary>
    public int Length { get; private set; }

    /// <summary>Logits of the last position run, one for each entry of the vocabulary, valid until the next run or rewind.</summary>
    /// <exception cref="InvalidOperationException">Nothing was run since the session was opened, rewound or failed; or it is running.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public ReadOnlySpan<float> Logits
    {
        get
        {
            gate.Enter();
            try
            {
                return hasResult ? runner.Logits : throw NothingRun("logits");
            }
            finally
            {
                gate.Exit();
            }
        }
    }

    /// <summary>Runs tokens at the end of the sequence in one pass.</summary>
    /// <param name="tokens">At least one, each from 0 to the vocabulary's size less 1. Not to be changed while the call runs.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <exception cref="ArgumentException">There are no tokens, or one is outside the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">They do not fit the session's capacity, or a call runs.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, if only just before the run ended.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed, perhaps while it ran.</exception>
    /// <exception cref="SafeSwitchException">The runtime failed.</exception>
    public ValueTask PrefillAsync(ReadOnlyMemory<int> tokens, CancellationToken cancellationToken = default) =>
        RunAsync(tokens, token: null, cancellationToken);

    /// <summary>Runs one token at the end of the sequence.</summary>
    /// <param name="token">From 0 to the vocabulary's size less 1.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    /// <inheritdoc cref="PrefillAsync" path="/exception"/>
    public ValueTask DecodeAsync(int token, CancellationToken cancellationToken = default) => RunAsync(single, token, cancellationToken);

    /// <summary>
    /// The named hidden state of the positions just run, read where the runtime wrote it. The object is the session's own
    /// and valid until the next run or rewind.
    /// </summary>
    /// <exception cref="ArgumentException">The session was not opened for that hidden state.</exception>
    /// <exception cref="InvalidOperationException">Nothing was run since the session was opened, rewound or failed; or it is running.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public HiddenStates GetHiddenStates(string name)
    {
        gate.Enter();
        try
        {
            if (!hiddenStates.Contains(name))
            {
                throw new ArgumentException($"Hidden state: found '{name}', expected one that the session was opened for: {List(hiddenStates)}.", nameof(name));
            }

            return hasResult ? runner.GetHiddenStates(name) : throw NothingRun("hidden states");
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>Forgets the positions from <paramref name="length"/> on, and with them logits and states. The cache before stays valid.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or above <see cref="Length"/>.</exception>
    /// <exception cref="InvalidOperationException">The session is running.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Rewind(int length)
    {
        gate.Enter();
        try
        {
            if (length < 0 || length > Length)
            {
                throw new ArgumentOutOfRangeException(nameof(length), length, $"Length: found {length}, expected from 0 to {Length}, the session's own.");
            }

            hasResult = false;
            runner.Rewind(length);
            Length = length;
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>
    /// Chooses the adapter of the runs to come, <see langword="null"/> for none. Adapters change the head alone, so the cache
    /// stays valid; the logits already computed do not change.
    /// </summary>
    /// <exception cref="ArgumentException">The model has no adapter of that name.</exception>
    /// <exception cref="InvalidOperationException">The session is running.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void SetAdapter(string? name)
    {
        gate.Enter();
        try
        {
            if (name is not null && !model.Adapters.Contains(name))
            {
                throw new ArgumentException($"Adapter: found '{name}', expected one that the model has: {List(model.Adapters)}.", nameof(name));
            }

            runner.SetAdapter(name);
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>
    /// Lets a backend do with its own runner what sessions in general can't, such as copying a cache, while nothing else runs. It must
    /// not change the sequence.
    /// </summary>
    /// <exception cref="ArgumentException">The session is another backend's.</exception>
    /// <exception cref="InvalidOperationException">The session is running.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Use<TRunner>(Action<TRunner> action)
        where TRunner : class, ISequenceRunner
    {
        ArgumentNullException.ThrowIfNull(action);
        gate.Enter();
        try
        {
            action(runner as TRunner ?? throw new ArgumentException(
                $"Session: found one over {runner.GetType().Name}, expected one over {typeof(TRunner).Name}.", nameof(action)));
        }
        finally
        {
            gate.Exit();
        }
    }

    /// <summary>Ends a call that runs and frees what the session holds. The task ends when all of it is freed.</summary>
    public ValueTask DisposeAsync() => gate.DisposeAsync();

    private ValueTask RunAsync(ReadOnlyMemory<int> tokens, int? token, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        ValueTask run;
        try
        {
            gate.Enter();
        }
        catch (InvalidOperationException e)
        {
            return ValueTask.FromException(e);
        }

        try
        {
            single[0] = token ?? 0;
            Check(tokens.Span);
            hasResult = false;
            run = runner.RunAsync(tokens, Length, cancellationToken);
            if (run.IsCompletedSuccessfully && !cancellationToken.IsCancellationRequested)
            {
                run.GetAwaiter().GetResult();
                Length += tokens.Length;
                hasResult = true;
                gate.Exit();
                return ValueTask.CompletedTask;
            }
        }
        catch (Exception e)
        {
            run = ValueTask.FromException(e);
        }

        return EndAsync(run, tokens.Length, cancellationToken);
    }

    // A run that takes its time, or went wrong; the gate is still held. Apart, so that a token that is run at once allocates nothing.
    private async ValueTask EndAsync(ValueTask run, int count, CancellationToken cancellationToken)
    {
        try
        {
            await run.ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested)
            {
                // It came too late to end the run.
                runner.Rewind(Length);
                cancellationToken.ThrowIfCancellationRequested();
            }

            Length += count;
            hasResult = true;
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested && e.CancellationToken != cancellationToken)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception e) when (gate.IsDisposed && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The session was disposed while it ran.", e);
        }
        finally
        {
            gate.Exit();
        }
    }

    private void Check(ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty)
        {
            throw new ArgumentException("Tokens: found none, expected at least one.", nameof(tokens));
        }

        for (var i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)model.VocabularySize)
            {
                throw new ArgumentException($"Token {i}: found {tokens[i]}, expected one from 0 to {model.VocabularySize - 1}.", nameof(tokens));
            }
        }

        if (tokens.Length > Capacity - Length)
        {
            throw new InvalidOperationException($"The session was opened for {Capacity} positions and holds {Length}: {tokens.Length} more do not fit.");
        }
    }

    private void Release()
    {
        hasResult = false;
        runner.Dispose();
    }

    private static string List(IReadOnlyCollection<string> names) => names.Count > 0 ? string.Join(", ", names) : "none";

    private static InvalidOperationException NothingRun(string what) =>
        new($"There are no {what}: nothing was run since the session was opened, rewound or failed.");
}
