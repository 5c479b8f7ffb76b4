using System.Runtime.InteropServices;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>Turns a retrained head into an adapter: the truncated singular value decomposition of its difference to the base head.</summary>
internal static class HeadImport
{
    public static ImportedAdapter Run(string path, string file, ImportOptions options)
    {
        if (options.Model is not { } model)
            throw new ImportException(path, "a refusal head is a change to a model's own head: name the model.");
        using var weights = TorchFile.Open(path);
        var name = weights.Tensors.Keys.SingleOrDefault(key => key is "" or "weight" or "lm_head.weight");
        if (name is null || weights.Tensors[name].Shape is not [var vocabulary, var hidden])
            throw new ImportException(path, "not a head: expected one tensor [vocabulary, hidden], alone or named 'weight' or 'lm_head.weight'.");
        var head = DecoderModel.Analyze(model).Head;
        if (hidden != head.HiddenSize || vocabulary != head.VocabularySize)
            throw new ImportException(path, $"a head [{vocabulary}, {hidden}]; the model's is [{head.VocabularySize}, {head.HiddenSize}]. It was trained on another model.");

        var change = BaseHead.Read(model, head.HiddenSize, head.VocabularySize);
        Subtract(weights.Read(name), change, head.HiddenSize, head.VocabularySize);
        var factors = LowRank.Factor(change, head.HiddenSize, head.VocabularySize, options.RetainedEnergy, options.MaximalRank);
        AdapterFile.OfFactors(head.InputType, head.HiddenSize, factors.Rank, head.VocabularySize, factors.A, factors.B).Save(file);
        return new ImportedAdapter(file, factors.Rank, factors.RetainedEnergy, Math.Sqrt(1 - factors.RetainedEnergy));
    }

    /// <summary>Makes the base head <c>[hidden, vocabulary]</c> the change to the new one, which is saved the other way round.</summary>
    private static void Subtract(float[] tuned, float[] change, int hidden, int vocabulary)
    {
        Parallel.For(0, hidden, h =>
        {
            var row = change.AsSpan(h * vocabulary, vocabulary);
            for (var token = 0; token < row.Length; token++)
                row[token] = tuned[token * hidden + h] - row[token];
        });
    }
}
