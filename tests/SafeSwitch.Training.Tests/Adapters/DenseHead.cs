using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Training.Adapters;

namespace SafeSwitch.Training.Tests.Adapters;

/// <summary>A head of plain numbers.</summary>
internal sealed class DenseHead(int hidden, int vocabulary, int seed) : IBaseHead
{
    private readonly float[] weights = Weights(hidden * vocabulary, seed);

    public int HiddenSize => hidden;

    public int VocabularySize => vocabulary;

    public LogitTransform Transform { get; init; } = new([]);

    public static float[] Weights(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    public void Run(ReadOnlyMemory<float> states, int rows, Memory<float> output)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var v = 0; v < vocabulary; v++)
            {
                var sum = 0f;
                for (var h = 0; h < hidden; h++)
                    sum += states.Span[r * hidden + h] * weights[h * vocabulary + v];
                output.Span[r * vocabulary + v] = sum;
            }
        }
    }

    public void Dispose()
    {
    }
}
