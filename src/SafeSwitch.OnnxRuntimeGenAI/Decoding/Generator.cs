using System.Buffers;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntimeGenAI.Adapters;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>
/// One native generator: a sequence with its cache. Only its runs are used; which token follows is the guarded loop's choice,
/// so that every backend chooses alike.
/// </summary>
internal sealed unsafe class Generator : IDisposable
{
    // One sequence, and nothing done to its scores, whatever genai_config.json asks of the library's own search.
    private static readonly (string Name, double Value)[] OneSequence =
        [("batch_size", 1), ("num_beams", 1), ("num_return_sequences", 1), ("min_length", 0), ("no_repeat_ngram_size", 0), ("repetition_penalty", 1)];

    private readonly GeneratorHandle handle;
    private readonly ActiveAdapter adapter;
    private readonly bool appends;
    private volatile bool isTerminated;

    public Generator(ModelHandle model, AdapterSet adapters, int capacity, bool appends)
    {
        using var parameters = NativeResult.Check(NativeMethods.OgaCreateGeneratorParams(model, out var created), created);
        Set(parameters, "max_length", capacity);
        foreach (var (name, value) in OneSequence)
            Set(parameters, name, value);
        handle = NativeResult.Check(NativeMethods.OgaCreateGenerator(model, parameters, out var generator), generator);
        adapter = new ActiveAdapter(adapters, handle);
        this.appends = appends;
    }

    /// <summary>Positions in the cache.</summary>
    public int Length { get; private set; }

    /// <summary>Whether <see cref="Terminate"/> was called; nothing can be run any more.</summary>
    public bool IsTerminated => isTerminated;

    /// <summary>Whether that many tokens would be run in one pass.</summary>
    public bool RunsAtOnce(int count) => Length == 0 || appends || count == 1;

    /// <summary>Whether the model would see all of those tokens. Where none can be appended, one that ends an answer ends the library's own
    /// search as well: it is taken down and never run, and the logits stay those of the token before.</summary>
    public bool RunsAll(ReadOnlySpan<int> tokens, IReadOnlyList<int> endTokens)
    {
        if (Length == 0 || appends)
            return true;
        for (var i = 0; i < endTokens.Count; i++)
        {
            if (tokens.Contains(endTokens[i]))
                return false;
        }

        return true;
    }

    /// <summary>Runs tokens at the end of the sequence and copies the last one's logits.</summary>
    /// <exception cref="OnnxRuntimeGenAIException">The run failed or was terminated; the cache is then of no use.</exception>
    public void Run(ReadOnlySpan<int> tokens, Span<float> logits)
    {
        if (Length == 0 || appends)
        {
            fixed (int* pointer = tokens)
                NativeResult.Check(NativeMethods.OgaGenerator_AppendTokens(handle, pointer, (nuint)tokens.Length));
            CopyLogits(logits);
        }
        else
        {
            foreach (var token in tokens)
            {
                Choose(token, logits.Length);
                CopyLogits(logits);
            }
        }

        Length += tokens.Length;
    }

    /// <returns>Whether the cache up to <paramref name="length"/> is still of use; if not, neither is the generator.</returns>
    public bool TryRewind(int length)
    {
        if (!appends)
            return false;
        var result = NativeMethods.OgaGenerator_RewindTo(handle, (nuint)length);
        NativeResult.Ignore(result);
        if (result != 0)
            return false;
        Length = length;
        return true;
    }

    /// <returns>Whether the runs to come are with that adapter; if not, it takes a new generator.</returns>
    public bool TrySwitch(string? name) => adapter.TrySwitch(name);

    /// <summary>A copy of an output of the last run, in native memory.</summary>
    public TensorHandle GetOutput(string name) =>
        NativeResult.Check(NativeMethods.OgaGenerator_GetOutput(handle, name, out var output), output);

    /// <summary>Ends the run in progress, from any thread.</summary>
    public void Terminate()
    {
        isTerminated = true;
        try
        {
            NativeResult.Ignore(NativeMethods.OgaGenerator_SetRuntimeOption(handle, "terminate_session", "1"));
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself.
        }
    }

    public void Dispose() => handle.Dispose();

    private static void Set(GeneratorParamsHandle parameters, string name, double value) =>
        NativeResult.Check(NativeMethods.OgaGeneratorParamsSetSearchNumber(parameters, name, value));

    // Where a provider can't append to a cache (DirectML), the token is made the only possible choice of the library's own step.
    private void Choose(int token, int vocabularySize)
    {
        var scores = ArrayPool<float>.Shared.Rent(vocabularySize);
        try
        {
            scores.AsSpan(0, vocabularySize).Fill(float.MinValue);
            scores[token] = 0;
            var shape = stackalloc long[] { 1, 1, vocabularySize };
            fixed (float* pointer = scores)
            {
                NativeResult.Check(NativeMethods.OgaCreateTensorFromBuffer(pointer, shape, 3, ElementType.Float32, out var tensor));
                try
                {
                    NativeResult.Check(NativeMethods.OgaGenerator_SetLogits(handle, tensor));
                }
                finally
                {
                    NativeMethods.OgaDestroyTensor(tensor);
                }
            }

            NativeResult.Check(NativeMethods.OgaGenerator_GenerateNextToken(handle));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(scores);
        }
    }

    // The library hands out a copy; it is copied once more, as the caller may still read when another thread disposes the session.
    private void CopyLogits(Span<float> destination)
    {
        NativeResult.Check(NativeMethods.OgaGenerator_GetLogits(handle, out var tensor));
        try
        {
            NativeResult.Check(NativeMethods.OgaTensorGetData(tensor, out var data));
            new ReadOnlySpan<float>(data, destination.Length).CopyTo(destination);
        }
        finally
        {
            NativeMethods.OgaDestroyTensor(tensor);
        }
    }
}
