using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>
/// Runs one sequence through a native generator. The tokens are kept: where a generator is of no more use - a model that can't rewind,
/// an adapter that can't be switched, a run that failed - the next run goes through a new one, from the beginning.
/// </summary>
internal sealed class GenAIRunner : ISequenceRunner
{
    private readonly GenAIModel model;
    private readonly GenAIHiddenStates[] states;
    private readonly int[] tokens;
    private readonly float[] logits;
    private volatile Generator? generator;
    private string? adapter;
    private volatile bool isTerminated;
    private int lastRun;

    /// <param name="model">The model, acquired for the runner, which releases it when it is disposed.</param>
    /// <param name="options">What the session is opened for; checked.</param>
    public GenAIRunner(GenAIModel model, DecodingOptions options)
    {
        this.model = model;
        states = [.. options.HiddenStates.Select(name => new GenAIHiddenStates(name, model.Info.HiddenSize))];
        tokens = new int[options.Capacity];
        logits = new float[model.Info.VocabularySize];
        generator = model.CreateGenerator(options.Capacity);
    }

    public ReadOnlySpan<float> Logits => logits;

    public HiddenStates GetHiddenStates(string name)
    {
        foreach (var state in states)
        {
            if (state.Name == name)
            {
                if (!state.IsLoaded)
                {
                    using var output = generator!.GetOutput(name);
                    state.Load(output, lastRun);
                }

                return state;
            }
        }

        throw new ArgumentException($"Hidden state '{name}' is not kept.", nameof(name));
    }

    public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
    {
        ForgetRun();
        tokens.Span.CopyTo(this.tokens.AsSpan(past));
        RunTo(past + tokens.Length, cancellationToken);
        lastRun = tokens.Length;
        return ValueTask.CompletedTask;
    }

    public void Rewind(int length)
    {
        ForgetRun();
        if (generator is { } current && !current.TryRewind(length))
        {
            model.ReportReplay("rewind");
            DropGenerator();
        }
    }

    public void SetAdapter(string? name) => adapter = name;

    // The generator may be being replaced: the new one looks at the flag.
    public void Terminate()
    {
        isTerminated = true;
        generator?.Terminate();
    }

    public void Dispose()
    {
        ForgetRun();
        DropGenerator();
        model.Forget(this);
    }

    private void RunTo(int end, CancellationToken cancellationToken)
    {
        var current = CurrentGenerator(end);
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
                current.Run(tokens.AsSpan(current.Length, end - current.Length), logits);
            }
            catch (OnnxRuntimeGenAIException e)
            {
                failure = e;
            }
        }

        if (current.IsTerminated)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new OperationCanceledException("The run was ended.", failure);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private Generator CurrentGenerator(int end)
    {
        if (generator is { } current)
        {
            // Tokens that are run one by one leave the hidden states of the last one alone.
            var appends = current.RunsAll(tokens.AsSpan(current.Length, end - current.Length), model.Info.EndTokens)
                && (states.Length == 0 || current.RunsAtOnce(end - current.Length));
            if (appends && current.TrySwitch(adapter))
            {
                return current;
            }

            model.ReportReplay(appends ? "switch adapters" : "append tokens");
            DropGenerator();
        }

        var fresh = model.CreateGenerator(tokens.Length);
        generator = fresh;
        if (isTerminated)
        {
            fresh.Terminate();
        }

        fresh.TrySwitch(adapter);
        return fresh;
    }

    private void ForgetRun()
    {
        lastRun = 0;
        foreach (var state in states)
        {
            state.Clear();
        }
    }

    private void DropGenerator()
    {
        generator?.Dispose();
        generator = null;
    }
}
