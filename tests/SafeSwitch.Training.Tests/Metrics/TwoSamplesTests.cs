using CsCheck;
using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Tests.Metrics;

public class TwoSamplesTests
{
    [Theory]
    [InlineData(new[] { 0.1f, 0.2f, 0.3f, 0.4f, 0.5f }, new[] { 0.6f, 0.7f, 0.8f, 0.9f }, 1.0)]
    [InlineData(new[] { 0.1f, 0.3f, 0.5f, 0.7f }, new[] { 0.2f, 0.4f, 0.6f, 0.8f }, 0.25)]
    [InlineData(new[] { 0f, 0f, 0f, 1f }, new[] { 0f, 1f }, 0.25)]
    [InlineData(new[] { 0.2f, 0.2f }, new[] { 0.2f, 0.2f, 0.2f }, 0.0)]
    public void The_distance_is_the_largest_difference_of_the_distribution_functions(float[] first, float[] second, double distance) =>
        Assert.Equal(distance, TwoSamples.Of(first, second).Distance, 1e-12);

    [Fact]
    public void Samples_of_one_distribution_are_seldom_told_apart_and_others_nearly_always()
    {
        var random = new Random(4);
        float[] Sample(int n, double power) => [.. Enumerable.Range(0, n).Select(_ => (float)Math.Pow(random.NextDouble(), power))];
        var same = Enumerable.Range(0, 1000).Count(_ => TwoSamples.Of(Sample(120, 1), Sample(80, 1)).Probability < 0.05);
        var other = Enumerable.Range(0, 200).Count(_ => TwoSamples.Of(Sample(120, 1), Sample(80, 3)).Probability < 0.05);

        Assert.InRange(same, 15, 75);
        Assert.True(other > 195, $"{other} of 200");
    }

    [Fact]
    public void Order_and_sides_do_not_matter() =>
        Gen.Select(Gen.Float[0, 1].Array[1, 40], Gen.Float[0, 1].Array[1, 40]).Sample((a, b) =>
        {
            Assert.Equal(TwoSamples.Of(a, b), TwoSamples.Of([.. b.Reverse()], [.. a.Reverse()]));
            Assert.InRange(TwoSamples.Of(a, b).Probability, 0, 1);
        });
}
