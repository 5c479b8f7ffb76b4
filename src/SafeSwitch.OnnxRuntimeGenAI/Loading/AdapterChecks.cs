using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntimeGenAI.Loading;

/// <summary>
/// Holds adapters' tensors against the graph's inputs, collecting every difference; the library itself would find one only when
/// the adapter is first used.
/// </summary>
internal static class AdapterChecks
{
    public static void Check(string folder, IEnumerable<string> files, string graphFile, GraphSignature graph, List<BundleProblem> problems)
    {
        foreach (var file in files)
        {
            try
            {
                foreach (var tensor in AdapterReader.Read(File.ReadAllBytes(Path.Combine(folder, file))))
                    CheckTensor(file, tensor, graphFile, graph, problems);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                problems.Add(new BundleProblem(file, "", "no such file", "an .onnx_adapter file"));
            }
            catch (InvalidDataException e)
            {
                problems.Add(new BundleProblem(file, "", e.Message, "an .onnx_adapter file that ONNX Runtime reads"));
            }
        }
    }

    private static void CheckTensor(string file, AdapterTensor tensor, string graphFile, GraphSignature graph, List<BundleProblem> problems)
    {
        if (!graph.Inputs.TryGetValue(tensor.Name, out var slot))
        {
            problems.Add(new BundleProblem(file, tensor.Name, "an adapter tensor",
                $"one that {graphFile} has an input for; `safeswitch instrument` adds those of lm_head"));
        }
        else if (slot.ElementType != (int)tensor.Type)
        {
            problems.Add(new BundleProblem(file, tensor.Name, tensor.Type.ToString(),
                string.Create(CultureInfo.InvariantCulture, $"the ONNX element type {slot.ElementType}, as in {graphFile}")));
        }
        else if (slot.Shape.Count != tensor.Shape.Length || slot.Shape.Zip(tensor.Shape).Any(d => d.First >= 0 && d.First != d.Second))
        {
            problems.Add(new BundleProblem(file, tensor.Name, $"shape [{string.Join(", ", tensor.Shape)}]",
                $"[{string.Join(", ", slot.Shape.Select(d => d < 0 ? "rank" : d.ToString(CultureInfo.InvariantCulture)))}], as in {graphFile}"));
        }
    }
}
