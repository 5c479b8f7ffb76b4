using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Loading;

/// <summary>Holds a loaded graph's inputs and outputs against the configuration, collecting every difference.</summary>
internal sealed class DecoderLayoutReader(string file, GenAIConfig config, InferenceSession session, ICollection<BundleProblem> problems)
{
    private readonly HashSet<string> unknownInputs = [.. session.InputMetadata.Keys];

    /// <returns><see langword="null"/> if the graph is unusable; the reasons are then among the problems.</returns>
    public DecoderLayout? Read(bool appendsInPlace)
    {
        var before = problems.Count;
        var names = config.Names;
        FindIndexInput(names.InputIds);
        FindIndexInput(names.AttentionMask);
        var hasPositions = session.InputMetadata.ContainsKey(names.PositionIds);
        if (hasPositions)
            FindIndexInput(names.PositionIds);

        var logits = ReadLogits();
        var cache = ReadCache(appendsInPlace);
        var states = session.OutputMetadata.Keys
            .Where(GraphNames.IsHiddenState)
            .Select(ReadHiddenState)
            .ToList();
        foreach (var input in unknownInputs)
            problems.Add(new BundleProblem(file, input, "an input", $"no inputs but those that {GenAIConfig.FileName} names"));

        return problems.Count > before ? null : new DecoderLayout
        {
            InputIds = names.InputIds,
            AttentionMask = names.AttentionMask,
            PositionIds = hasPositions ? names.PositionIds : null,
            Logits = logits,
            HiddenStates = states,
            Cache = cache,
            DeviceInputs = ReadDeviceInputs(),
        };
    }

    /// <summary>
    /// The session knows, and not the choice of a provider: an operator that the provider lacks for the graph's type of numbers runs on
    /// the CPU, and its inputs with it.
    /// </summary>
    private HashSet<string> ReadDeviceInputs()
    {
        using var memories = session.GetMemoryInfosForInputs();
        return [.. session.InputNames.Zip(memories).Where(p => p.Second.Name == CacheMemory.CudaName).Select(p => p.First)];
    }

    private StateOutput ReadLogits()
    {
        var metadata = Find(session.OutputMetadata, config.Names.Logits, "output", rank: 3);
        if (metadata is null)
            return new StateOutput(config.Names.Logits, TensorElementType.Float, 0);
        CheckFloat(config.Names.Logits, metadata);
        CheckDimension(config.Names.Logits, metadata, 2, config.VocabularySize, "model.vocab_size");
        return new StateOutput(config.Names.Logits, metadata.ElementDataType, config.VocabularySize, metadata.Dimensions[1] == 1);
    }

    private StateOutput ReadHiddenState(string name)
    {
        var metadata = Find(session.OutputMetadata, name, "output", rank: 3);
        if (metadata is null)
            return new StateOutput(name, TensorElementType.Float, 0);
        CheckFloat(name, metadata);
        CheckDimension(name, metadata, 2, config.HiddenSize, "model.decoder.hidden_size");
        return new StateOutput(name, metadata.ElementDataType, config.HiddenSize);
    }

    private CacheLayout ReadCache(bool appendsInPlace)
    {
        List<string> past = [], present = [];
        for (var layer = 0; layer < config.Layers; layer++)
        {
            past.Add(DecoderNames.ForLayer(config.Names.PastKey, layer));
            past.Add(DecoderNames.ForLayer(config.Names.PastValue, layer));
            present.Add(DecoderNames.ForLayer(config.Names.PresentKey, layer));
            present.Add(DecoderNames.ForLayer(config.Names.PresentValue, layer));
        }

        var type = session.InputMetadata.TryGetValue(past[0], out var first) ? first.ElementDataType : TensorElementType.Float;
        foreach (var name in past)
        {
            unknownInputs.Remove(name);
            CheckCache(name, Find(session.InputMetadata, name, "input", rank: 4), type);
        }

        foreach (var name in present)
            CheckCache(name, Find(session.OutputMetadata, name, "output", rank: 4), type);
        return new CacheLayout(
            past, present, type, config.KeyValueHeads, config.HeadSize, config.SharesCache && appendsInPlace, config.Window);
    }

    private void CheckCache(string name, NodeMetadata? metadata, TensorElementType type)
    {
        if (metadata is null)
            return;
        CheckFloat(name, metadata);
        if (metadata.ElementDataType != type)
            problems.Add(new BundleProblem(file, name, metadata.ElementDataType.ToString(), $"{type}, as the first layer's"));
        CheckDimension(name, metadata, 1, config.KeyValueHeads, "model.decoder.num_key_value_heads");
        CheckDimension(name, metadata, 3, config.HeadSize, "model.decoder.head_size");
    }

    private void FindIndexInput(string name)
    {
        unknownInputs.Remove(name);
        if (Find(session.InputMetadata, name, "input", rank: 2) is { ElementDataType: not TensorElementType.Int64 } metadata)
            problems.Add(new BundleProblem(file, name, metadata.ElementDataType.ToString(), "Int64"));
    }

    private NodeMetadata? Find(IReadOnlyDictionary<string, NodeMetadata> known, string name, string kind, int rank)
    {
        if (!known.TryGetValue(name, out var metadata))
        {
            problems.Add(new BundleProblem(
                file, name, $"no such {kind}", $"an {kind} of that name, which {GenAIConfig.FileName} gives or implies"));
            return null;
        }

        if (!metadata.IsTensor || metadata.Dimensions.Length != rank)
        {
            problems.Add(new BundleProblem(file, name, metadata.IsTensor ? Shape(metadata) : metadata.OnnxValueType.ToString(), $"a tensor of {rank} dimensions"));
            return null;
        }

        return metadata;
    }

    private void CheckFloat(string name, NodeMetadata metadata)
    {
        if (!DecoderTypes.IsSupported(metadata.ElementDataType))
            problems.Add(new BundleProblem(file, name, metadata.ElementDataType.ToString(), DecoderTypes.Supported));
    }

    /// <summary>A dimension that the graph leaves open is as the configuration says; one that it fixes must agree.</summary>
    private void CheckDimension(string name, NodeMetadata metadata, int dimension, int expected, string source)
    {
        var found = metadata.Dimensions[dimension];
        if (found >= 0 && found != expected)
            problems.Add(new BundleProblem(file, name, Shape(metadata), string.Create(CultureInfo.InvariantCulture, $"{expected} in dimension {dimension}, as {source} in {GenAIConfig.FileName}")));
    }

    private static string Shape(NodeMetadata metadata) => $"[{string.Join(", ", metadata.Dimensions.Select((d, i) =>
        d >= 0 ? d.ToString(CultureInfo.InvariantCulture) : metadata.SymbolicDimensions[i] is { Length: > 0 } name ? name : "?"))}]";
}
