using SafeSwitch.Training.Probes;

namespace SafeSwitch.Training.Tests.Probes;

/// <summary>Random states in which positive rows carry a direction in a few positions, and in the last, which is a
/// position of its own unless they are a pilot's.</summary>
internal sealed class SyntheticStates : IProbeStates
{
    private readonly Dictionary<string, Half[][]> positions = [];
    private readonly Dictionary<string, Half[][]> last = [];

    public SyntheticStates(int rows, int width, IReadOnlyList<string> layers, int seed, int minPositions = 1, int maxPositions = 40,
        bool pilot = false)
    {
        Width = width;
        Layers = layers;
        var random = new Random(seed);
        Rows = [.. Enumerable.Range(0, rows).Select(i => new ProbeRow
        {
            Id = $"row-{i}",
            Positive = random.Next(2) == 1,
            Source = $"source-{i % 3}",
            Set = i % 5 == 0 ? "wrapped" : "plain",
            Split = i % 4 == 0 ? "validation" : "train",
        })];
        int[] lengths = [.. Rows.Select(_ => random.Next(minPositions, maxPositions + 1))];
        foreach (var layer in layers)
        {
            var direction = Enumerable.Range(0, width).Select(_ => Gaussian(random)).ToArray();
            positions[layer] = [.. Rows.Select((r, i) => States(random, lengths[i], direction, r.Positive ? 3 : 0))];
            last[layer] = pilot
                ? [.. positions[layer].Select(p => p[^width..])]
                : [.. Rows.Select(r => States(random, 1, direction, r.Positive ? 1 : 0))];
        }
    }

    public int Width { get; }

    public IReadOnlyList<string> Layers { get; }

    public IReadOnlyList<ProbeRow> Rows { get; }

    public ReadOnlySpan<Half> Positions(int row, string layer) => positions[layer][row];

    public ReadOnlySpan<Half> Last(int row, string layer) => last[layer][row];

    private static Half[] States(Random random, int count, float[] direction, int marked)
    {
        var states = new Half[count * direction.Length];
        var start = random.Next(Math.Max(1, count - marked + 1));
        for (var i = 0; i < states.Length; i++)
        {
            var position = i / direction.Length;
            var mark = position >= start && position < start + marked ? direction[i % direction.Length] : 0;
            // An offset and a spread that differ by dimension, so that standardisation has work to do.
            states[i] = (Half)(Gaussian(random) * (1 + i % 3) + mark * 2 + i % direction.Length);
        }

        return states;
    }

    private static float Gaussian(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
