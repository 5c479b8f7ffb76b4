using SafeSwitch.Training.Numerics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Probes;

public class NetworkGradientTests
{
    public static TheoryData<ProbePooling, int, int[]> Networks()
    {
        var data = new TheoryData<ProbePooling, int, int[]>();
        foreach (var pooling in Enum.GetValues<ProbePooling>())
        {
            foreach (var positions in new[] { 1, 3, 17 })
            {
                data.Add(pooling, pooling is ProbePooling.Last or ProbePooling.MeanState ? 1 : positions, []);
                data.Add(pooling, pooling is ProbePooling.Last or ProbePooling.MeanState ? 1 : positions, [7]);
                data.Add(pooling, pooling is ProbePooling.Last or ProbePooling.MeanState ? 1 : positions, [6, 5]);
            }
        }

        return data;
    }

    [Theory, MemberData(nameof(Networks))]
    public void The_gradient_is_the_finite_difference(ProbePooling pooling, int positions, int[] hidden)
    {
        const int Width = 9;
        var member = new ProbeMemberDesign { Pooling = pooling, Layers = ["x"], Hidden = hidden, Heads = 3, Window = 4 };
        var shape = new NetworkShape(Width, member);
        var weights = shape.Initialise(seed: 5);
        var random = new Random(positions + 100);
        float[] inputs = [.. Enumerable.Range(0, positions * Width).Select(_ => random.NextSingle() * 4 - 2)];
        var dropout = hidden.Length > 1 ? 0.3f : 0f;

        var gradient = new float[shape.Count];
        var pass = new NetworkPass(shape);
        var middle = Logit(weights);
        pass.Backward(weights, 0.5f, gradient);

        const float Step = 2e-3f;
        var checkedOnes = 0;
        for (var i = 0; i < shape.Count; i++)
        {
            var kept = weights[i];
            weights[i] = kept + Step;
            var up = Logit(weights);
            weights[i] = kept - Step;
            var down = Logit(weights);
            weights[i] = kept;

            // Where a ReLU or a maximum switches within the step there is no derivative to compare with.
            var slope = (up - down) / (2 * Step);
            if (Math.Abs((up - middle) - (middle - down)) / Step > 8e-3)
                continue;
            checkedOnes++;
            Assert.Equal(0.5 * slope, gradient[i], 4e-3);
        }

        Assert.True(checkedOnes > shape.Count * 0.9, $"{checkedOnes} of {shape.Count} parameters compared");
        Assert.Contains(gradient, g => g != 0);

        float Logit(float[] w)
        {
            inputs.CopyTo(pass.Input(positions));
            return pass.Forward(w, dropout, SplitMix.For(1, 2, 3));
        }
    }

    [Fact]
    public void The_gradient_of_the_loss_is_the_finite_difference()
    {
        foreach (var logit in new[] { -40f, -3f, 0f, 0.7f, 5f, 40f })
        {
            foreach (var target in new[] { 0f, 0.1f, 1f })
            {
                var slope = (Loss.CrossEntropy(logit + 0.01f, target) - Loss.CrossEntropy(logit - 0.01f, target)) / 0.02;
                Assert.Equal(slope, Loss.Gradient(logit, target), 1e-3);
            }
        }
    }
}
