using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>The small files that make a folder a model besides graph and weights: tokenizer, templates, configuration, licence.</summary>
internal static class CompanionFiles
{
    private const long Largest = 64 << 20;

    private static readonly string[] Weights = [".onnx", ".data", ".weights", ".bin", ".safetensors", ".pt", ".pth", ".gguf", ".onnx_data", ".onnx_adapter", ".tmp"];

    public static void Copy(string from, string to, IReadOnlyList<string> weightFiles)
    {
        foreach (var path in Directory.EnumerateFiles(from))
        {
            var name = Path.GetFileName(path);
            if (name is GenAIConfig.FileName or Bundles.Bundle.ManifestFile || weightFiles.Contains(name)
                || Weights.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) || new FileInfo(path).Length > Largest)
            {
                continue;
            }

            using var source = File.OpenRead(path);
            AtomicFile.Write(Path.Combine(to, name), source.CopyTo);
        }
    }
}
