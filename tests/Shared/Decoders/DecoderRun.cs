using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SafeSwitch.Tests;

/// <summary>Runs a decoder's graph once from an empty cache, straight through ONNX Runtime.</summary>
internal sealed class DecoderRun : IDisposable
{
    private readonly InferenceSession session;
    private readonly int headSize;

    public DecoderRun(string graph, int headSize = 16, Action<SessionOptions>? configure = null)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        configure?.Invoke(options);
        session = new InferenceSession(graph, options);
        this.headSize = headSize;
    }

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => session.OutputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Slots => session.OverridableInitializerMetadata;

    /// <summary>One row or several of the same padded length; mask 1 everywhere unless given.</summary>
    public Dictionary<string, (float[] Data, long[] Shape)> Run(
        long[][] ids, IEnumerable<string> outputs, long[][]? mask = null, IReadOnlyDictionary<string, (float[] Data, long[] Shape)>? replaced = null, OrtLoraAdapter? adapter = null, long keep = 1)
    {
        var (rows, length) = (ids.Length, ids[0].Length);
        mask ??= [.. ids.Select(row => Enumerable.Repeat(1L, length).ToArray())];
        var feeds = new Dictionary<string, OrtValue>();
        foreach (var (name, metadata) in session.InputMetadata)
        {
            feeds[name] = name switch
            {
                "input_ids" => Integers(ids),
                "attention_mask" => Integers(mask),
                "position_ids" => Integers([.. mask.Select(Positions)]),
                "num_logits_to_keep" => OrtValue.CreateTensorValueFromMemory(new[] { keep }, [1]),
                _ => EmptyCache(metadata, rows),
            };
        }

        foreach (var (name, tensor) in replaced ?? new Dictionary<string, (float[], long[])>())
            feeds[name] = Floats(tensor.Data, tensor.Shape, session.OverridableInitializerMetadata[name].ElementDataType);
        var wanted = outputs.ToList();
        using var options = new RunOptions();
        if (adapter is not null)
            options.AddActiveLoraAdapter(adapter);
        using var results = session.Run(options, feeds, wanted);
        foreach (var feed in feeds.Values)
            feed.Dispose();
        return wanted.Select((name, i) => (name, results[i])).ToDictionary(
            pair => pair.name, pair => (Singles(pair.Item2), pair.Item2.GetTensorTypeAndShape().Shape));
    }

    public static float[] Singles(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType == TensorElementType.Double
        ? Array.ConvertAll(value.GetTensorDataAsSpan<double>().ToArray(), number => (float)number)
        : value.GetTensorTypeAndShape().ElementDataType == TensorElementType.Float16
        ? [.. System.Runtime.InteropServices.MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>()).ToArray().Select(half => (float)half)]
        : value.GetTensorDataAsSpan<float>().ToArray();

    public static OrtValue Floats(float[] data, long[] shape, TensorElementType type) => type == TensorElementType.Float16
        ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(data, value => (Float16)value), shape)
        : OrtValue.CreateTensorValueFromMemory(data, shape);

    public static int HeadSize(string folder)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "genai_config.json")));
        return config.RootElement.GetProperty("model").GetProperty("decoder").GetProperty("head_size").GetInt32();
    }

    public void Dispose() => session.Dispose();

    private static long[] Positions(long[] mask)
    {
        var position = 0L;
        return [.. mask.Select(counted => counted == 0 ? 1 : position++)];
    }

    private OrtValue EmptyCache(NodeMetadata metadata, int rows)
    {
        long[] shape = [rows, metadata.Dimensions[1], 0, metadata.Dimensions[3] > 0 ? metadata.Dimensions[3] : headSize];
        return Floats([], shape, metadata.ElementDataType);
    }

    private static OrtValue Integers(long[][] rows) =>
        OrtValue.CreateTensorValueFromMemory(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);
}
