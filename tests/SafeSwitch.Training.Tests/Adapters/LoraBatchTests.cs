using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Training.Adapters;

namespace SafeSwitch.Training.Tests.Adapters;

public class LoraBatchTests
{
    private const int Hidden = 6;
    private const int Vocabulary = 1100;
    private const int Rank = 3;

    public static TheoryData<string> Transforms => ["none", "scale", "soft-cap", "all"];

    [Theory]
    [MemberData(nameof(Transforms))]
    public void Gradients_are_those_of_finite_differences(string transform)
    {
        using var head = new DenseHead(Hidden, Vocabulary, 1) { Transform = Transform(transform) };
        var weights = Weights();
        var batch = new LoraBatch(head, weights, capacity: 5, klWeight: 0.7f, threads: 2);
        var states = DenseHead.Weights(5 * Hidden, 3);
        int[] targets = [4, 900, LoraBatch.Neutral, 4, 1099];

        batch.Learn(states, targets);
        var gradientA = batch.GradientA.ToArray();
        var gradientB = batch.GradientB.ToArray();

        for (var i = 0; i < weights.A.Length; i++)
            AssertClose(Difference(weights.A, i), gradientA[i]);
        foreach (var i in (int[])[4, 900, 1099, Vocabulary + 4, 2 * Vocabulary + 1099, 511, 512, 1023, 1024])
            AssertClose(Difference(weights.B, i), gradientB[i]);

        float Difference(float[] parameters, int i)
        {
            const float step = 3e-2f;
            var value = parameters[i];
            parameters[i] = value + step;
            var above = batch.Evaluate(states, targets, adapted: true).Loss;
            parameters[i] = value - step;
            var below = batch.Evaluate(states, targets, adapted: true).Loss;
            parameters[i] = value;
            return (float)((above - below) / (2 * step) / targets.Length);
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_threads()
    {
        using var head = new DenseHead(Hidden, Vocabulary, 1);
        var weights = Weights();
        var states = DenseHead.Weights(7 * Hidden, 3);
        int[] targets = [1, 2, 3, 4, 5, 6, 7];
        var one = new LoraBatch(head, weights, 7, 0, threads: 1);
        var many = new LoraBatch(head, weights, 7, 0, threads: 5);

        Assert.Equal(one.Learn(states, targets), many.Learn(states, targets));
        Assert.Equal(one.GradientA, many.GradientA);
        Assert.Equal(one.GradientB, many.GradientB);
    }

    [Fact]
    public void Large_logits_stay_finite()
    {
        using var head = new DenseHead(Hidden, Vocabulary, 1) { Transform = new LogitTransform([new LogitStep(LogitStepKind.Scale, 1e4f)]) };
        var batch = new LoraBatch(head, Weights(), 2, 0, threads: 1);

        var result = batch.Learn(DenseHead.Weights(2 * Hidden, 3), new[] { 1, 2 });

        Assert.True(double.IsFinite(result.Loss));
        Assert.All(batch.GradientB, g => Assert.True(float.IsFinite(g)));
    }

    [Fact]
    public void With_the_branch_off_the_base_head_speaks()
    {
        using var head = new DenseHead(Hidden, Vocabulary, 1);
        var states = DenseHead.Weights(3 * Hidden, 3);
        var logits = new float[3 * Vocabulary];
        head.Run(states, 3, logits);
        var targets = Enumerable.Range(0, 3).Select(r => logits[(r * Vocabulary)..((r + 1) * Vocabulary)]).Select(l => l.IndexOf(l.Max())).ToArray();

        var batch = new LoraBatch(head, Weights(), 3, 0, threads: 2);

        Assert.Equal((3, 3), (batch.Evaluate(states, targets, adapted: false).Hits, targets.Length));
        Assert.True(batch.Evaluate(states, targets, adapted: true).Hits < 3);
    }

    private static LoraWeights Weights()
    {
        var weights = new LoraWeights(Hidden, Rank, Vocabulary, scale: 1.5f);
        DenseHead.Weights(weights.A.Length, 11).CopyTo(weights.A, 0);
        DenseHead.Weights(weights.B.Length, 12).CopyTo(weights.B, 0);
        return weights;
    }

    private static LogitTransform Transform(string name)
    {
        var bias = DenseHead.Weights(Vocabulary, 5);
        return name switch
        {
            "scale" => new LogitTransform([new LogitStep(LogitStepKind.Scale, 0.25f)]),
            "soft-cap" => new LogitTransform(SoftCap(2)),
            "all" => new LogitTransform([new LogitStep(LogitStepKind.Bias, Bias: bias), new LogitStep(LogitStepKind.Scale, 0.5f), .. SoftCap(3)]),
            _ => new LogitTransform([]),
        };
    }

    private static LogitStep[] SoftCap(float cap) =>
        [new(LogitStepKind.Scale, 1 / cap), new(LogitStepKind.Tanh), new(LogitStepKind.Scale, cap)];

    private static void AssertClose(float expected, float actual) =>
        Assert.True(Math.Abs(expected - actual) <= 2e-4f + 0.01f * Math.Abs(expected), $"expected {expected}, got {actual}");
}
