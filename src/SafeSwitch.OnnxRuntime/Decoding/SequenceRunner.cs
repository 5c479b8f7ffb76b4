using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Runs one sequence through the graph. Everything stays bound from run to run except what changes shape: from one
/// decoded token to the next, the attention mask alone.
/// </summary>
internal sealed class SequenceRunner : ICopyableSequence
{
    private readonly Decoder decoder;
    private readonly GraphRun run;
    private readonly OrtIoBinding binding;
    private readonly ISequenceCache cache;
    private readonly SequenceInputs inputs;
    private readonly OutputTensor logits;
    private readonly OrtHiddenStates[] states;
    private readonly OutputTensor[] outputs;
    private readonly float[]? copiedLogits;
    private Adapter? activeAdapter;

    /// <param name="decoder">The graph, acquired for the runner, which releases it when it is disposed.</param>
    /// <param name="options">What the session is opened for; checked.</param>
    /// <param name="cache">Its keys and values, owned; <see langword="null"/> for memory of its own.</param>
    public SequenceRunner(Decoder decoder, DecodingOptions options, ISequenceCache? cache = null)
    {
        this.decoder = decoder;
        var layout = decoder.Layout;
        run = new GraphRun(decoder.Session);
        binding = run.Binding;
        inputs = new SequenceInputs(layout, options.Capacity);
        // Logits of all positions are large, and only the last ones are read.
        logits = new OutputTensor(layout.Logits, bytes => layout.Logits.IsLastOnly ? new PinnedBuffer(bytes) : new NativeBuffer(bytes));
        var stateTensors = options.HiddenStates
            .Select(name => new OutputTensor(layout.HiddenStates.First(h => h.Name == name), bytes => new PinnedBuffer(bytes))).ToArray();
        outputs = [logits, .. stateTensors];
        states = [.. stateTensors.Select(t => new OrtHiddenStates(t))];
        if (layout.Logits.Type != TensorElementType.Float || !layout.Logits.IsLastOnly)
            copiedLogits = new float[layout.Logits.Width];
        this.cache = cache ?? (layout.Cache.IsShared
            ? new SharedCache(layout.Cache, decoder.CachePool, options.Capacity, layout.DeviceInputs)
            : new GrowingCache(layout.Cache, decoder.CachePool, options.Capacity));
        this.cache.Attach(binding);
    }

    public ReadOnlySpan<float> Logits => copiedLogits is not null ? copiedLogits : MemoryMarshal.Cast<byte, float>(LastLogits);

    private ReadOnlySpan<byte> LastLogits => logits.Data[(logits.Data.Length / logits.Rows * (logits.Rows - 1))..];

    public HiddenStates GetHiddenStates(string name)
    {
        foreach (var candidate in states)
        {
            if (candidate.Name == name)
            {
                return candidate;
            }
        }

        throw new ArgumentException($"Hidden state '{name}' is not kept.", nameof(name));
    }

    public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
    {
        Run(tokens.Span, past, done: 0, tokens.Length, cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs tokens behind the first <paramref name="past"/> positions, as one of several runs whose states are read as those of one.</summary>
    /// <param name="tokens">The tokens of this run.</param>
    /// <param name="past">Positions before them.</param>
    /// <param name="done">Tokens of the runs before.</param>
    /// <param name="total">Tokens of all of the runs.</param>
    /// <param name="cancellationToken">Ends the run early.</param>
    public void Run(ReadOnlySpan<int> tokens, int past, int done, int total, CancellationToken cancellationToken)
    {
        inputs.Bind(binding, tokens, past);
        cache.Prepare(binding, past, past + tokens.Length);
        foreach (var output in outputs)
        {
            output.BindPart(binding, total, done, tokens.Length);
        }

        run.Run(cancellationToken);
        cache.Commit();
        CopyLogits();
    }

    /// <summary>Takes a row of a run of several sequences as the result of a run of this one's next token.</summary>
    /// <param name="row">Gives the row's part of an output by its name.</param>
    public void Take(RowReader row)
    {
        foreach (var output in outputs)
        {
            output.Take(row(output.Output.Name));
        }

        CopyLogits();
    }

    /// <summary>The memory of a hidden state of the positions just run, which is the caller's from here on.</summary>
    public IBuffer? DetachStates(string name) => Find(name).Detach();

    /// <summary>Begins a run in pieces with rows that were computed before.</summary>
    /// <param name="name">The hidden state.</param>
    /// <param name="rows">Its first rows.</param>
    /// <param name="positions">All of its rows, once the run is done.</param>
    public void RestoreStates(string name, ReadOnlySpan<byte> rows, int positions) => Find(name).Take(rows, positions);

    public void Rewind(int length) => cache.Rewind(length);

    /// <inheritdoc/>
    public void CopyCacheTo(CacheBlock block, int slot, int length)
    {
        if (cache is not SharedCache shared)
            throw new NotSupportedException("A cache that the graph writes again at every run has no slots.");
        shared.Block.CopyTo(slot: 0, block, slot, length);
    }

    public void SetAdapter(string? name)
    {
        var adapter = name is null ? null : decoder.Adapters[name];
        if (adapter == activeAdapter)
            return;
        activeAdapter = adapter;
        // Bound inputs can't be unbound one by one.
        binding.ClearBoundInputs();
        inputs.Detach();
        cache.Attach(binding);
        adapter?.Bind(binding);
    }

    public void Terminate() => run.Terminate();

    public void Dispose()
    {
        run.Dispose();
        inputs.Dispose();
        foreach (var output in outputs)
            output.Dispose();
        cache.Dispose();
        decoder.Release();
    }

    private OutputTensor Find(string name) => outputs.First(o => o.Output.Name == name);

    private void CopyLogits()
    {
        if (copiedLogits is not null)
            DecoderTypes.ToSingle(logits.Output.Type, LastLogits, copiedLogits);
    }
}

/// <summary>Gives the part of one row of an output.</summary>
internal delegate ReadOnlySpan<byte> RowReader(string output);

/// <summary>A sequence whose cache can be copied to where others are.</summary>
internal interface ICopyableSequence : ISequenceRunner
{
    /// <summary>Copies the cache of the first positions into a slot of a block of the same layout.</summary>
    /// <exception cref="NotSupportedException">The graph does not append to its cache in place.</exception>
    void CopyCacheTo(CacheBlock block, int slot, int length);
}
