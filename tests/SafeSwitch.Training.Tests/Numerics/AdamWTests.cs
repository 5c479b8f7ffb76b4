using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Tests.Numerics;

public class AdamWTests
{
    [Fact]
    public void Steps_follow_the_papers_update()
    {
        const double Rate = 0.05, Decay = 0.1;
        var random = new Random(1);
        float[] weights = [.. Enumerable.Range(0, 37).Select(_ => random.NextSingle() * 2 - 1)];
        double[] expected = [.. weights.Select(w => (double)w)];
        double[] m = new double[37], v = new double[37];
        var optimizer = new AdamW(37, (float)Rate, (float)Decay);
        for (var step = 1; step <= 20; step++)
        {
            float[] gradient = [.. weights.Select(w => 2 * (w - 0.3f))];
            optimizer.Step(weights, gradient);
            for (var i = 0; i < m.Length; i++)
            {
                m[i] = 0.9 * m[i] + 0.1 * gradient[i];
                v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
                var move = m[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(v[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
                expected[i] = expected[i] * (1 - Rate * Decay) - Rate * move;
                Assert.Equal(expected[i], weights[i], 1e-4);
            }
        }
    }

    [Fact]
    public void Other_lengths_are_refused() =>
        Assert.Throws<ArgumentException>(() => new AdamW(3, 0.1f, 0).Step(new float[4], new float[4]));
}
