using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.OnnxRuntime.Tests.Support;
using SafeSwitch.Policies;

namespace SafeSwitch.OnnxRuntime.Tests.Probes;

public sealed class OnnxProbeTests
{
    private const int Width = 8;

    [Theory]
    [InlineData(HiddenStateType.Float32, 1e-5f)]
    [InlineData(HiddenStateType.Float16, 1e-3f)]
    [InlineData(HiddenStateType.BFloat16, 1e-2f)]
    public void States_of_any_type_are_read_as_32_bit_numbers(HiddenStateType type, float tolerance)
    {
        using var probe = Load(new ProbeGraph { Width = Width });
        var values = Values(5);
        Assert.Equal(Sigmoid(values.Sum()), probe.Score([ManagedStates.From("hidden_states", Width, type, values)], default).Probability, tolerance);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void The_content_mask_counts_where_the_graph_takes_it(bool takesContentMask, bool takesAttentionMask)
    {
        using var probe = Load(new ProbeGraph { Width = Width, TakesContentMask = takesContentMask, TakesAttentionMask = takesAttentionMask });
        var values = Values(4);
        var states = ManagedStates.From("hidden_states", Width, HiddenStateType.Float32, values);
        var expected = takesContentMask ? values[Width..(3 * Width)].Sum() : values.Sum();
        Assert.Equal(Sigmoid(expected), probe.Score([states], new float[] { 0, 1, 1, 0 }).Probability, 1e-5f);
        Assert.Equal(Sigmoid(values.Sum()), probe.Score([states], default).Probability, 1e-5f);
    }

    [Fact]
    public void One_probe_serves_many_threads()
    {
        using var probe = Load(new ProbeGraph { Width = Width });
        Parallel.For(0, 64, i =>
        {
            var values = Values(1 + (i % 7), seed: i);
            Assert.Equal(Sigmoid(values.Sum()), probe.Score([ManagedStates.From("hidden_states", Width, HiddenStateType.Float32, values)], default).Probability, 1e-5f);
        });
    }

    [Fact]
    public void States_that_it_does_not_read_are_refused()
    {
        using var probe = Load(new ProbeGraph { Width = Width });
        var good = ManagedStates.From("hidden_states", Width, HiddenStateType.Float32, Values(3));
        Assert.Throws<ArgumentException>(() => probe.Score([], default));
        Assert.Throws<ArgumentException>(() => probe.Score([ManagedStates.From("hidden_states.3", Width, HiddenStateType.Float32, Values(3))], default));
        Assert.Throws<ArgumentException>(() => probe.Score([ManagedStates.From("hidden_states", 4, HiddenStateType.Float32, Values(3))], default));
        Assert.Throws<ArgumentException>(() => probe.Score([ManagedStates.From("hidden_states", Width, HiddenStateType.Float32, [])], default));
        Assert.Throws<ArgumentException>(() => probe.Score([good], new float[] { 1, 1 }));
    }

    private static OnnxProbe Load(ProbeGraph graph)
    {
        using var folder = new TemporaryFolder();
        graph.Save(folder.File("probe.onnx"));
        var problems = new List<BundleProblem>();
        var description = new ProbeDescription
        {
            Name = "test", File = "probe.onnx", Sha256 = "", Stage = MonitorStage.Prompt, HiddenStates = graph.HiddenStates, Pooling = "sum",
        };
        var probe = OnnxProbe.Load(folder.File("probe.onnx"), description, model: null, problems);
        Assert.Empty(problems);
        return probe!;
    }

    private static float[] Values(int positions, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, positions * Width).Select(_ => (float)((random.NextDouble() - 0.5) / 4))];
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
