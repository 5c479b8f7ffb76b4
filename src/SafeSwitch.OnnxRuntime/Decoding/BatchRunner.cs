using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Decodes several sequences at once, one token each a run: the weights, whose reading is most of a token's time, are read once for
/// all of them. Each sequence has its keys and values in its own slot; it is prefilled elsewhere and copied in.
/// </summary>
internal sealed class BatchRunner : IDisposable
{
    private readonly Decoder decoder;
    private readonly GraphRun run;
    private readonly BatchInputs inputs;
    private readonly OutputTensor logits;
    private readonly OrtHiddenStates[] states;
    private readonly OutputTensor[] outputs;
    private readonly CacheBlock block;
    private readonly List<int> lengths = [];
    private readonly float[] rowLogits;
    private OrtValue[] caches = [];

    /// <param name="decoder">A decoder that <see cref="BatchProbe"/> finds fit.</param>
    /// <param name="slots">Sequences at most.</param>
    /// <param name="capacity">Positions of each.</param>
    /// <param name="hiddenStates">The hidden states that may be asked for.</param>
    public BatchRunner(Decoder decoder, int slots, int capacity, IEnumerable<StateOutput> hiddenStates)
    {
        this.decoder = decoder;
        var layout = decoder.Layout;
        decoder.Acquire();
        Slots = slots;
        block = new CacheBlock(layout.Cache, decoder.CachePool.Memory, slots, layout.Cache.RoundUp(capacity));
        run = new GraphRun(decoder.Session);
        inputs = new BatchInputs(layout, slots, block.Capacity);
        logits = new OutputTensor(layout.Logits, bytes => new NativeBuffer(bytes));
        var stateTensors = hiddenStates.Select(h => new OutputTensor(h, bytes => new PinnedBuffer(bytes))).ToArray();
        outputs = [logits, .. stateTensors];
        states = [.. stateTensors.Select(t => new OrtHiddenStates(t))];
        rowLogits = new float[layout.Logits.Width];
    }

    public int Slots { get; }

    /// <summary>Positions that a sequence may grow to.</summary>
    public int Capacity => block.Capacity;

    /// <summary>Sequences now.</summary>
    public int Rows => lengths.Count;

    /// <summary>Adds a sequence as the last row, at the length that a session has.</summary>
    public void Add(DecodingSession session)
    {
        if (Rows == Slots)
            throw new InvalidOperationException($"All {Slots} slots are taken.");
        session.Use<SequenceRunner>(runner => runner.CopyCacheTo(block, Rows, session.Length));
        lengths.Add(session.Length);
        BindCaches();
    }

    /// <summary>Takes a row out; the last row takes its number.</summary>
    public void Remove(int row)
    {
        var last = Rows - 1;
        if (row != last)
            block.CopyTo(last, block, row, lengths[last]);
        lengths[row] = lengths[last];
        lengths.RemoveAt(last);
        BindCaches();
    }

    /// <summary>Runs the next token of every row.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the rows are as they were.</exception>
    /// <exception cref="SafeSwitchException">ONNX Runtime failed.</exception>
    public void Run(ReadOnlySpan<int> tokens, CancellationToken cancellationToken)
    {
        if (tokens.Length != Rows || Rows == 0)
            throw new ArgumentException($"Found {tokens.Length} tokens for {Rows} rows.", nameof(tokens));
        if (lengths.Max() >= Capacity)
            throw new InvalidOperationException($"A row has all of its {Capacity} positions.");
        inputs.Bind(run.Binding, tokens, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(lengths));
        foreach (var output in outputs)
            output.Bind(run.Binding, positions: 1, Rows);
        run.Run(cancellationToken);
        for (var i = 0; i < lengths.Count; i++)
            lengths[i]++;
    }

    /// <summary>A row's logits after the last run, valid until they are asked for again.</summary>
    public ReadOnlySpan<float> Logits(int row)
    {
        var bytes = logits.Data.Length / logits.Rows;
        DecoderTypes.ToSingle(logits.Output.Type, logits.Data.Slice(row * bytes, bytes), rowLogits);
        return rowLogits;
    }

    /// <summary>A hidden state after the last run: its position i is that of row i.</summary>
    public HiddenStates HiddenStates(string name) => states.First(s => s.Name == name);

    public void Dispose()
    {
        run.Dispose();
        inputs.Dispose();
        foreach (var output in outputs)
            output.Dispose();
        foreach (var cache in caches)
            cache.Dispose();
        block.Dispose();
        decoder.Release();
    }

    /// <summary>The slots that are taken lie together at the start of every tensor.</summary>
    private void BindCaches()
    {
        foreach (var cache in caches)
            cache.Dispose();
        caches = [];
        if (Rows == 0)
            return;
        var layout = decoder.Layout.Cache;
        caches = [.. layout.Past.Select((_, i) => OrtValue.CreateTensorValueWithData(
            decoder.CachePool.Memory.Info,
            layout.Type,
            [Rows, layout.Heads, Capacity, layout.HeadSize],
            block.PointerTo(i),
            layout.SlotBytes(Capacity) * Rows))];
        for (var i = 0; i < caches.Length; i++)
        {
            run.Binding.BindInput(layout.Past[i], caches[i]);
            run.Binding.BindOutput(layout.Present[i], caches[i]);
        }
    }
}
