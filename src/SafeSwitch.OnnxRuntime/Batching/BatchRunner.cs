using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntime.Batching;

/// <summary>
/// Decodes several sequences at once. Each has its keys and values in its own slot; the slots that are taken are together at the start.
/// </summary>
internal sealed class BatchRunner : IDecodingBatch
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

    /// <summary>Opens a batch as a host asks for it.</summary>
    public static BatchRunner Open(Decoder decoder, BatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SettingsException.ThrowIfInvalid(options);
        var layout = decoder.Layout;
        if (options.HiddenStates.FirstOrDefault(n => !layout.HiddenStates.Any(h => h.Name == n)) is { } absent)
            throw new ArgumentException($"Hidden state: found '{absent}', expected one that the model exports: {string.Join(", ", layout.HiddenStates.Select(h => h.Name))}.", nameof(options));
        var positionBytes = layout.Cache.SlotBytes(1) * layout.Cache.Past.Count * options.Slots;
        var capacity = (int)Math.Clamp(options.MaxCacheBytes / positionBytes, 1, options.Capacity);
        return new BatchRunner(decoder, options.Slots, capacity, layout.HiddenStates.Where(h => options.HiddenStates.Contains(h.Name)));
    }

    public int Slots { get; }

    public int Capacity => block.Capacity;

    public int Rows => lengths.Count;

    public void Add(DecodingSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (Rows == Slots)
            throw new InvalidOperationException($"All {Slots} slots are taken.");
        session.Use<ICopyableSequence>(runner => runner.CopyCacheTo(block, Rows, session.Length));
        lengths.Add(session.Length);
        BindCaches();
    }

    public void Remove(int row)
    {
        var last = Rows - 1;
        if (row != last)
            block.CopyTo(last, block, row, lengths[last]);
        lengths[row] = lengths[last];
        lengths.RemoveAt(last);
        BindCaches();
    }

    public void Run(ReadOnlySpan<int> tokens, CancellationToken cancellationToken = default)
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

    public ReadOnlySpan<float> Logits(int row)
    {
        var bytes = logits.Data.Length / logits.Rows;
        DecoderTypes.ToSingle(logits.Output.Type, logits.Data.Slice(row * bytes, bytes), rowLogits);
        return rowLogits;
    }

    public HiddenStates GetHiddenStates(string name) => states.FirstOrDefault(s => s.Name == name)
        ?? throw new ArgumentException($"Hidden state: found '{name}', expected one that the batch was opened for: {string.Join(", ", states.Select(s => s.Name))}.", nameof(name));

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

    /// <summary>The slots that are taken are together at the start of every tensor.</summary>
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
