using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Bundles;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Loads adapters and holds them against the graph's overridable initializers, collecting every difference.</summary>
internal sealed class AdapterLoader(string graphFile, InferenceSession decoder, int hiddenSize, int vocabularySize, List<BundleProblem> problems)
{
    public const string LoraA = "lm_head.lora_A.weight";
    public const string LoraB = "lm_head.lora_B.weight";

    /// <param name="path">Where the file lies.</param>
    /// <param name="file">What to call it in problems.</param>
    /// <returns><see langword="null"/> if it does not fit; the reasons are then among the problems.</returns>
    public Adapter? Load(string path, string file)
    {
        var before = problems.Count;
        try
        {
            var bytes = ReadPinned(path);
            var tensors = AdapterReader.Read(bytes);
            Check(file, tensors);
            return problems.Count == before ? new Adapter(tensors, bytes) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(new BundleProblem(file, "", "no such file", "an .onnx_adapter file"));
        }
        catch (InvalidDataException e)
        {
            problems.Add(new BundleProblem(file, "", e.Message, "an .onnx_adapter file that ONNX Runtime reads"));
        }

        return null;
    }

    private void Check(string file, IReadOnlyList<AdapterTensor> tensors)
    {
        var slots = decoder.OverridableInitializerMetadata;
        foreach (var tensor in tensors)
        {
            if (!slots.TryGetValue(tensor.Name, out var slot))
                problems.Add(new BundleProblem(file, tensor.Name, "an adapter tensor", $"one of the initializers that {graphFile} lets adapters replace: {Names(slots.Keys)}"));
            else if (slot.ElementDataType != tensor.Type)
                problems.Add(new BundleProblem(file, tensor.Name, tensor.Type.ToString(), $"{slot.ElementDataType}, as in {graphFile}"));
        }

        var a = CheckShape(file, tensors, LoraA, hiddenSize, dimension: 0, "the decoder's hidden size");
        var b = CheckShape(file, tensors, LoraB, vocabularySize, dimension: 1, "the decoder's vocabulary");
        if (a is not null && b is not null && a.Shape[1] != b.Shape[0])
            problems.Add(new BundleProblem(file, LoraB, Shape(b), string.Create(CultureInfo.InvariantCulture, $"the rank of {LoraA}, {a.Shape[1]}, in dimension 0")));
    }

    private AdapterTensor? CheckShape(string file, IReadOnlyList<AdapterTensor> tensors, string name, int expected, int dimension, string source)
    {
        var tensor = tensors.FirstOrDefault(t => t.Name == name);
        if (tensor is null)
            problems.Add(new BundleProblem(file, name, "no such tensor", "both matrices of a low-rank change to lm_head"));
        else if (tensor.Shape.Length != 2 || tensor.Shape[dimension] != expected)
            problems.Add(new BundleProblem(file, name, Shape(tensor), string.Create(CultureInfo.InvariantCulture, $"two dimensions with {source}, {expected}, in dimension {dimension}")));
        else
            return tensor;
        return null;
    }

    private static byte[] ReadPinned(string path)
    {
        using var stream = File.OpenRead(path);
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)stream.Length), pinned: true);
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string Shape(AdapterTensor tensor) => $"[{string.Join(", ", tensor.Shape)}]";

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";
}
