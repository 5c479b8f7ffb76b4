using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Onnx.Probes;
using SafeSwitch.OnnxRuntime.Loading;
using SafeSwitch.Policies;

namespace SafeSwitch.OnnxRuntime.Probes;

/// <summary>
/// A probe graph (<see cref="ProbeFile"/>) on ONNX Runtime, for states of any backend. Thread-safe; it may be disposed while it scores,
/// and is freed when the last score is given.
/// </summary>
public sealed class OnnxProbe : IProbe
{
    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly SharedLifetime lifetime;
    private readonly string[] inputs;
    private readonly string[] outputs;
    private readonly ProbeFile file;

    private OnnxProbe(string name, MonitorStage stage, IReadOnlyList<string> hiddenStates, ProbeFile file)
    {
        Name = name;
        Stage = stage;
        Label = name;
        HiddenStates = hiddenStates;
        this.file = file;
        inputs = [.. hiddenStates, .. file.TakesContentMask ? [GraphNames.ContentMask] : Array.Empty<string>(), .. file.TakesAttentionMask ? [GraphNames.AttentionMask] : Array.Empty<string>()];

        outputs = file.TellsOutOfDistribution ? [GraphNames.Probability, GraphNames.OutOfDistribution] : [GraphNames.Probability];

        // A probe takes microseconds: more threads would only get in the decoder's way.
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            EnableCpuMemArena = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        session = new InferenceSession(file.Graph.ToArray(), settings);
        lifetime = new SharedLifetime(typeof(OnnxProbe), Free);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public MonitorStage Stage { get; }

    /// <inheritdoc/>
    public string Label { get; private init; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Classes { get; private init; } = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> HiddenStates { get; }

    /// <summary>Loads a probe by itself; what it reads is what its inputs are named after.</summary>
    /// <param name="path">The graph.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="stage">Where it looks.</param>
    /// <param name="model">The model whose states it is to read; <see langword="null"/> if that is not known.</param>
    /// <param name="classes">Names of its classes in the order of its output, the first one for what is let through; <see langword="null"/> where it tells one thing only.</param>
    /// <exception cref="BundleException">It isn't a probe, or none for that model; every problem is listed.</exception>
    public static OnnxProbe Load(string path, string name, MonitorStage stage, LanguageModelInfo? model = null, IReadOnlyList<string>? classes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var problems = new List<BundleProblem>();
        return Load(path, Path.GetFileName(path), name, stage, hiddenStates: null, model, problems, classes: classes)
            ?? throw new BundleException(Path.GetDirectoryName(Path.GetFullPath(path))!, problems);
    }

    /// <summary>Loads a bundle's probe, collecting every problem; for backends.</summary>
    /// <param name="path">The graph.</param>
    /// <param name="description">What the manifest says about it.</param>
    /// <param name="model">The model whose states it is to read; <see langword="null"/> if it could not be loaded.</param>
    /// <param name="problems">Where what does not fit is listed.</param>
    /// <returns><see langword="null"/> if it does not fit; the reasons are then among the problems.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="description"/> is <see langword="null"/>.</exception>
    public static OnnxProbe? Load(string path, ProbeDescription description, LanguageModelInfo? model, ICollection<BundleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(description);
        return Load(path, description.File, description.Name, description.Stage, description.HiddenStates, model, problems, ProbeLabels.Of(description), description.Classes ?? []);
    }

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The probe is disposed.</exception>
    /// <exception cref="SafeSwitchException">ONNX Runtime failed.</exception>
    public ProbeReading Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
    {
        Check(states, contentMask);
        lifetime.Acquire();
        var values = ArrayPool<OrtValue>.Shared.Rent(inputs.Length);
        try
        {
            return Bind(states, states[0].Positions, contentMask, values, bound: 0);
        }
        catch (OnnxRuntimeException e)
        {
            throw new SafeSwitchException($"Probe '{Name}': ONNX Runtime failed: {e.Message}", e);
        }
        finally
        {
            ArrayPool<OrtValue>.Shared.Return(values, clearArray: true);
            lifetime.Release();
        }
    }

    /// <summary>Refuses further scores; frees the graph once those that are under way are given.</summary>
    public void Dispose() => lifetime.Dispose();

    private void Free()
    {
        session.Dispose();
        options.Dispose();
    }

    private static OnnxProbe? Load(
        string path,
        string file,
        string name,
        MonitorStage stage,
        IReadOnlyList<string>? hiddenStates,
        LanguageModelInfo? model,
        ICollection<BundleProblem> problems,
        string? label = null,
        IReadOnlyList<string>? classes = null)
    {
        if (ProbeFile.Read(path, file, problems, model?.ContextLength ?? ProbeFile.DefaultPositions) is not { } graph)
        {
            return null;
        }

        var before = problems.Count;
        hiddenStates ??= graph.HiddenStates;
        foreach (var state in hiddenStates.Except(graph.HiddenStates))
        {
            problems.Add(new BundleProblem(file, state, $"inputs {string.Join(", ", graph.HiddenStates)}", "an input of that name, which the manifest says it reads"));
        }

        foreach (var state in graph.HiddenStates.Except(hiddenStates))
        {
            problems.Add(new BundleProblem(file, state, "an input", "no inputs but the masks and the hidden states that the manifest says it reads"));
        }

        if (model is not null)
        {
            foreach (var state in hiddenStates.Except(model.HiddenStates))
            {
                problems.Add(new BundleProblem(file, "", state, $"a hidden state that the decoder exports: {string.Join(", ", model.HiddenStates)}"));
            }

            if (graph.Width != model.HiddenSize)
            {
                problems.Add(new BundleProblem(file, graph.HiddenStates[0], $"width {graph.Width}", $"{model.HiddenSize}, the decoder's hidden size"));
            }
        }

        if (problems.Count > before)
        {
            return null;
        }

        OrtStart.Ensure();
        try
        {
            return new OnnxProbe(name, stage, hiddenStates, graph) { Label = label ?? name, Classes = classes ?? [] };
        }
        catch (OnnxRuntimeException e)
        {
            problems.Add(new BundleProblem(file, "", $"a graph that ONNX Runtime can't load: {e.Message.ReplaceLineEndings(" ")}", "the ONNX graph of a probe"));
            return null;
        }
    }

    // The runtime reads the states where they are, held in place by a frame of this method for each; only those of another type are
    // copied.
    private unsafe ProbeReading Bind(ReadOnlySpan<HiddenStates> states, int positions, ReadOnlyMemory<float> contentMask, OrtValue[] values, int bound)
    {
        if (bound == states.Length)
        {
            return RunWithMasks(positions, contentMask, values);
        }

        var state = states[bound];
        var data = state.Data;
        // The session that they are of may have been disposed meanwhile.
        var size = state.Type == HiddenStateType.Float32 ? sizeof(float) : sizeof(ushort);
        if (positions == 0 || data.Length != (long)positions * file.Width * size)
        {
            throw new ObjectDisposedException(state.Name, $"Probe '{Name}': the hidden states '{state.Name}' are gone: found {data.Length} bytes for {positions} positions.");
        }

        var count = positions * file.Width;
        var copy = state.Type == HiddenStateType.Float32 ? null : ArrayPool<float>.Shared.Rent(count);
        try
        {
            if (copy is not null)
            {
                (state.Type == HiddenStateType.Float16 ? ElementType.Float16 : ElementType.BFloat16).ToSingles(data, copy);
                data = MemoryMarshal.AsBytes(copy.AsSpan(0, count));
            }

            fixed (byte* pointer = data)
            {
                using var value = OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance, TensorElementType.Float, [1, positions, file.Width], (nint)pointer, data.Length);
                values[bound] = value;
                return Bind(states, positions, contentMask, values, bound + 1);
            }
        }
        finally
        {
            if (copy is not null)
            {
                ArrayPool<float>.Shared.Return(copy);
            }
        }
    }

    private ProbeReading RunWithMasks(int positions, ReadOnlyMemory<float> contentMask, OrtValue[] values)
    {
        var count = HiddenStates.Count;
        using var ones = Ones(positions, file.TakesAttentionMask || (file.TakesContentMask && contentMask.IsEmpty));
        using var content = file.TakesContentMask && !contentMask.IsEmpty
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, MemoryMarshal.AsMemory(contentMask), [1, positions])
            : null;
        if (file.TakesContentMask)
        {
            values[count++] = content ?? ones!;
        }

        if (file.TakesAttentionMask)
        {
            values[count++] = ones!;
        }

        using var results = session.Run(options, inputs, new ArraySegment<OrtValue>(values, 0, count), outputs);
        float? outOfDistribution = outputs.Length > 1 ? LastOf(results, 1) : null;
        return Classes.Count > 2 ? OfClasses(results[0].GetTensorDataAsSpan<float>(), outOfDistribution) : new ProbeReading(LastOf(results, 0), outOfDistribution);
    }

    // What is not let through is everything but the first class. A number that is none stays none: whoever decides takes it for a failure.
    private ProbeReading OfClasses(ReadOnlySpan<float> probabilities, float? outOfDistribution)
    {
        if (probabilities.Length != Classes.Count)
            throw new SafeSwitchException($"Probe '{Name}': found {probabilities.Length} numbers in '{GraphNames.Probability}', expected one for each of {string.Join(", ", Classes)}.");
        var (likeliest, sum) = (1, 0f);
        for (var i = 1; i < probabilities.Length; i++)
        {
            sum += probabilities[i];
            if (probabilities[i] > probabilities[likeliest])
                likeliest = i;
        }

        return new ProbeReading(sum > 1 && sum < 1.001f ? 1 : sum, outOfDistribution) { Class = likeliest };
    }

    private float LastOf(IDisposableReadOnlyCollection<OrtValue> results, int output) =>
        results[output].GetTensorDataAsSpan<float>() is [.., var last]
            ? last
            : throw new SafeSwitchException($"Probe '{Name}': found no number in '{outputs[output]}', expected one or more.");

    private static OrtValue? Ones(int positions, bool isNeeded)
    {
        if (!isNeeded)
        {
            return null;
        }

        var ones = new float[positions];
        Array.Fill(ones, 1);
        return OrtValue.CreateTensorValueFromMemory(ones, [1, positions]);
    }

    private void Check(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask)
    {
        if (states.Length != HiddenStates.Count)
        {
            throw new ArgumentException($"Probe '{Name}': found {states.Length} hidden states, expected {HiddenStates.Count}: {string.Join(", ", HiddenStates)}.", nameof(states));
        }

        for (var i = 0; i < states.Length; i++)
        {
            if (states[i].Name != HiddenStates[i])
            {
                throw new ArgumentException($"Probe '{Name}': found '{states[i].Name}', expected '{HiddenStates[i]}'.", nameof(states));
            }

            if (states[i].Width != file.Width)
            {
                throw new ArgumentException($"Probe '{Name}': found states of width {states[i].Width}, expected {file.Width}.", nameof(states));
            }

            if (states[i].Positions != states[0].Positions || states[i].Positions == 0)
            {
                throw new ArgumentException($"Probe '{Name}': found states of {states[i].Positions} positions beside {states[0].Positions}, expected one or more, as many everywhere.", nameof(states));
            }
        }

        if (!contentMask.IsEmpty && contentMask.Length != states[0].Positions)
        {
            throw new ArgumentException($"Probe '{Name}': found a content mask of {contentMask.Length} entries, expected {states[0].Positions}.", nameof(contentMask));
        }
    }
}
