using System.Buffers;
using System.Diagnostics;
using SafeSwitch.Backends;

namespace SafeSwitch.Evaluation.Running;

/// <summary>
/// A model between the guarded loop and a backend that computes nothing twice: the loop runs once for every method compared, and what
/// one run computed for a row (the prompt, each token under each adapter) is replayed to the others, logits, hidden states and
/// the time that it took. It knows one row at a time and serves one session at a time.
/// </summary>
/// <param name="model">The model; not owned.</param>
/// <param name="hiddenStates">The hidden states that any session may ask for.</param>
/// <param name="recorder">Where it writes what happened.</param>
/// <param name="budget">Bytes kept of a row at most; what goes beyond is computed each time that it is asked for.</param>
internal sealed class ReplayingModel(
    ILanguageModel model, IReadOnlyList<string> hiddenStates, Recorder recorder, long budget = 1L << 30) : ILanguageModel
{
    private readonly RecordedTokenizer tokenizer = new(model.Tokenizer, recorder);
    private readonly SemaphoreSlim turn = new(1, 1);
    private RunTree? row;

    public LanguageModelInfo Info => model.Info;

    public IPromptTokenizer Tokenizer => tokenizer;

    /// <summary>Runs of the model that the row took so far.</summary>
    public int Computed => row?.Computed ?? 0;

    /// <summary>Forgets the row before and gets ready for another.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="prompt">The conversation as the model reads it.</param>
    /// <param name="capacity">Positions of the longest session to come.</param>
    public async ValueTask BeginAsync(IReadOnlyList<PromptMessage> messages, EncodedPrompt prompt, int capacity)
    {
        await DisposeAsync().ConfigureAwait(false);
        tokenizer.Know(messages, prompt);
        row = new RunTree(model, new DecodingOptions { Capacity = capacity, HiddenStates = hiddenStates }, budget);
    }

    public async ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default)
    {
        var runs = row ?? throw new InvalidOperationException("No row was begun.");
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new DecodingSession(Info, options, _ => new Replay(runs, recorder.Current, () => turn.Release()));
        }
        catch
        {
            turn.Release();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (row is { } last)
            await last.DisposeAsync().ConfigureAwait(false);
        row = null;
    }

    /// <summary>A sequence as one run of the loop sees it: a path through the row's tree.</summary>
    private sealed class Replay(RunTree runs, RunRecord record, Action close) : ISequenceRunner
    {
        private readonly CancellationTokenSource stop = new();
        private Run current = runs.Root;
        private string? adapter;

        public ReadOnlySpan<float> Logits => current.IsKept ? current.Logits : runs.Live.Logits;

        public HiddenStates GetHiddenStates(string name) => current.IsKept ? current.GetHiddenStates(name) : runs.Live.GetHiddenStates(name);

        public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
        {
            if (current.Find(past, adapter, tokens.Span) is { IsKept: true } known)
            {
                Take(known);
                return ValueTask.CompletedTask;
            }

            return ComputeAsync(tokens, past, cancellationToken);
        }

        public void Rewind(int length)
        {
            while (current.Parent is { } parent && length <= current.Start)
                current = parent;
            record.Restarted();
        }

        public void SetAdapter(string? name) => adapter = name;

        public void Terminate() => stop.Cancel();

        public void Dispose()
        {
            stop.Dispose();
            close();
        }

        private async ValueTask ComputeAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stop.Token);
            Take(await runs.ComputeAsync(current, past, adapter, tokens, either.Token).ConfigureAwait(false));
        }

        private void Take(Run run)
        {
            current = run;
            record.Ran(run.Milliseconds);
        }
    }

    /// <summary>Tokens run in one pass at the end of those before, and what came of it.</summary>
    private sealed class Run(Run? parent, int start, string? adapter, int[] tokens)
    {
        private readonly List<Run> next = [];
        private float[] logits = [];
        private int vocabulary;
        private KeptStates[] states = [];

        public Run? Parent => parent;

        public int Start => start;

        public int Length => start + tokens.Length;

        public string? Adapter => adapter;

        public ReadOnlyMemory<int> Tokens => tokens;

        /// <summary>Milliseconds that it took when it was computed first.</summary>
        public double Milliseconds { get; set; }

        public bool IsKept { get; private set; }

        public ReadOnlySpan<float> Logits => logits.AsSpan(0, vocabulary);

        public KeptStates GetHiddenStates(string name) => Array.Find(states, s => s.Name == name)!;

        /// <summary>The run of those tokens that follows the first positions of this one.</summary>
        public Run? Find(int past, string? nextAdapter, ReadOnlySpan<int> nextTokens)
        {
            foreach (var run in next)
            {
                if (run.Start == past && run.Adapter == nextAdapter && run.Tokens.Span.SequenceEqual(nextTokens))
                    return run;
            }

            return null;
        }

        public Run Add(int past, string? nextAdapter, ReadOnlySpan<int> nextTokens)
        {
            var run = new Run(this, past, nextAdapter, nextTokens.ToArray());
            next.Add(run);
            return run;
        }

        /// <returns>The bytes that were kept.</returns>
        public long Keep(DecodingSession session, IReadOnlyList<string> names)
        {
            vocabulary = session.Logits.Length;
            logits = ArrayPool<float>.Shared.Rent(vocabulary);
            session.Logits.CopyTo(logits);
            states = [.. names.Select(n => new KeptStates(session.GetHiddenStates(n)))];
            IsKept = true;
            return sizeof(float) * (long)vocabulary + states.Sum(s => (long)s.Data.Length);
        }

        public void Release()
        {
            foreach (var run in next)
                run.Release();
            if (IsKept)
                ArrayPool<float>.Shared.Return(logits);
            IsKept = false;
            foreach (var kept in states)
                kept.Release();
        }
    }

    /// <summary>A copy of hidden states.</summary>
    private sealed class KeptStates : HiddenStates
    {
        private readonly byte[] data;
        private readonly int length;

        public KeptStates(HiddenStates states)
        {
            (Name, Positions, Width, Type, length) = (states.Name, states.Positions, states.Width, states.Type, states.Data.Length);
            data = ArrayPool<byte>.Shared.Rent(length);
            states.Data.CopyTo(data);
        }

        public override string Name { get; }

        public override int Positions { get; }

        public override int Width { get; }

        public override HiddenStateType Type { get; }

        public override ReadOnlySpan<byte> Data => data.AsSpan(0, length);

        public void Release() => ArrayPool<byte>.Shared.Return(data);
    }

    /// <summary>All runs of a row, over one session of the model.</summary>
    private sealed class RunTree(ILanguageModel model, DecodingOptions options, long budget) : IAsyncDisposable
    {
        private readonly Run root = new(null, 0, null, []);

        private DecodingSession? session;

        // What the session's cache holds: the run at its end, and how many positions there are up to there.
        private Run? end;
        private long kept;

        public Run Root => root;

        public int Computed { get; private set; }

        /// <summary>The session, while it is where the last run was computed.</summary>
        public DecodingSession Live => session!;

        public async ValueTask<Run> ComputeAsync(
            Run parent, int past, string? adapter, ReadOnlyMemory<int> tokens, CancellationToken cancellationToken)
        {
            session ??= await model.OpenSessionAsync(options, cancellationToken).ConfigureAwait(false);
            await HoldAsync(parent, past, cancellationToken).ConfigureAwait(false);
            session.SetAdapter(adapter);
            var started = Stopwatch.GetTimestamp();
            await session.PrefillAsync(tokens, cancellationToken).ConfigureAwait(false);
            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Computed++;

            var run = parent.Find(past, adapter, tokens.Span);
            if (run is null)
            {
                run = parent.Add(past, adapter, tokens.Span);
                run.Milliseconds = elapsed;
            }

            end = run;
            if (kept < budget)
                kept += run.Keep(session, options.HiddenStates);
            return run;
        }

        public ValueTask DisposeAsync()
        {
            root.Release();
            return session?.DisposeAsync() ?? ValueTask.CompletedTask;
        }

        // Makes the cache hold the first positions of a run, each as it was computed first. A position that was run in another company
        // since, as the last one of the prompt is when an answer is begun again, may differ in its last bits, and answers with it: it
        // doesn't count as held.
        private async ValueTask HoldAsync(Run run, int positions, CancellationToken cancellationToken)
        {
            var held = session!.Length;
            for (var candidate = end ?? root; candidate is not null; (held, candidate) = (candidate.Start, candidate.Parent))
            {
                if (candidate == run && held >= positions)
                {
                    Rewind(run, positions);
                    return;
                }
            }

            await HoldAsync(run.Parent!, run.Start, cancellationToken).ConfigureAwait(false);
            session.SetAdapter(null);
            await session.PrefillAsync(run.Tokens, cancellationToken).ConfigureAwait(false);
            Computed++;
            Rewind(run, positions);
        }

        private void Rewind(Run run, int positions)
        {
            end = run;
            if (session!.Length > positions)
                session.Rewind(positions);
        }
    }
}
