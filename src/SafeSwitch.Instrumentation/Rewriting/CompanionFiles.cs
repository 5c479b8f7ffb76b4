using SafeSwitch.Instrumentation.Analysis;

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
            if (name is ModelFolder.GenAIConfigFile or Bundles.Bundle.ManifestFile || weightFiles.Contains(name)
                || Weights.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase) || new FileInfo(path).Length > Largest)
                continue;
            var temporary = Path.Combine(to, $"{name}.{Guid.NewGuid():N}.tmp");
            using (var source = File.OpenRead(path))
            using (var copy = File.Create(temporary))
                source.CopyTo(copy);
            File.Move(temporary, Path.Combine(to, name), overwrite: true);
        }
    }
}
