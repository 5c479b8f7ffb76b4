using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Training.Adapters;

/// <summary>The branch beside the head: <c>output + (x A) B · scale</c>, A <c>[hidden, rank]</c>, B <c>[rank, vocabulary]</c>.</summary>
internal sealed class LoraWeights
{
    public LoraWeights(int hidden, int rank, int vocabulary, float scale)
    {
        Hidden = hidden;
        Rank = rank;
        Vocabulary = vocabulary;
        Scale = scale;
        A = new float[hidden * rank];
        B = new float[rank * vocabulary];
    }

    public int Hidden { get; }

    public int Rank { get; }

    public int Vocabulary { get; }

    public float Scale { get; }

    public float[] A { get; }

    public float[] B { get; }

    /// <summary>A from a normal distribution of variance 1/hidden; B stays zero, so that training starts from the base model.</summary>
    public void Initialize(int seed)
    {
        var random = new Random(seed);
        var deviation = 1 / MathF.Sqrt(Hidden);
        for (var i = 0; i < A.Length; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            A[i] = deviation * (float)(radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }

    /// <summary>B with the scale in it, as the file holds it.</summary>
    public float[] FoldedB() => Array.ConvertAll(B, b => b * Scale);
}

/// <summary>Trained weights as an <c>.onnx_adapter</c> file, in the head's type.</summary>
internal static class LoraFile
{
    public static AdapterFile Of(LoraWeights weights, ElementType type) =>
        AdapterFile.OfFactors(type, weights.Hidden, weights.Rank, weights.Vocabulary, weights.A, weights.FoldedB());
}
