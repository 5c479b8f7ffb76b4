using CsCheck;
using SafeSwitch.Sampling;

namespace SafeSwitch.Tests.Sampling;

public class SamplerTests
{
    private static readonly Gen<float[]> Logits = Gen.Float[-8, 8].Array[1, 300];

    private static readonly Gen<SamplingOptions> Options = Gen.Select(
        Gen.Float[0.1f, 2], Gen.Int[0, 80], Gen.Float[0.05f, 1], Gen.Float[0, 0.5f], Gen.Float[0.5f, 2], Gen.Int,
        (temperature, topK, topP, minP, penalty, seed) => new SamplingOptions
        {
            Temperature = temperature,
            TopK = topK,
            TopP = topP,
            MinP = minP,
            RepetitionPenalty = penalty,
            Seed = seed,
        });

    [Fact]
    public void Chooses_what_a_naive_reference_chooses() =>
        Gen.Select(Logits, Options, Gen.Int[0, 299].Array[0, 20]).Sample((logits, options, seen) =>
        {
            var sampler = new Sampler(options);
            var random = new Random(options.Seed!.Value);
            for (var i = 0; i < 4; i++)
                Assert.Equal(Naive(logits, options, seen, random.NextDouble), sampler.Next(logits, seen, []));
            sampler.ReturnBuffers();
        }, iter: 2000);

    [Fact]
    public void Greedy_takes_the_first_of_the_largest()
    {
        var sampler = new Sampler(SamplingOptions.Greedy);

        Assert.Equal(1, sampler.Next([0, 3, 3, -1], [], []));
        Assert.Equal(0, sampler.Next([float.NegativeInfinity, float.NegativeInfinity], [], []));
    }

    [Fact]
    public void Restarting_repeats_the_choices() => Gen.Select(Logits, Options).Sample((logits, options) =>
    {
        var sampler = new Sampler(options);
        var first = Enumerable.Range(0, 10).Select(_ => sampler.Next(logits, [], [])).ToArray();

        sampler.Restart();

        Assert.Equal(first, Enumerable.Range(0, 10).Select(_ => sampler.Next(logits, [], [])));
    });

    [Theory]
    [InlineData(1e-37f)]
    [InlineData(1e-38f)]
    [InlineData(1e-40f)]
    [InlineData(float.Epsilon)]
    public void A_temperature_near_0_takes_the_likeliest(float temperature)
    {
        SamplingOptions near = new() { Temperature = temperature, Seed = 1 };
        foreach (var options in new[] { near, near with { TopP = 0.9f }, near with { TopK = 2 }, near with { MinP = 0.1f } })
        {
            Assert.Equal(2, new Sampler(options).Next([1, -50, 7.5f, 7.25f], [], []));
            Assert.Equal(1, new Sampler(options).Next([float.NegativeInfinity, 3, 1, 1], [], []));
        }
    }

    [Fact]
    public void Logits_without_bounds_still_give_a_token()
    {
        var sampler = new Sampler(new SamplingOptions { Temperature = 0.7f, TopP = 0.9f, Seed = 1 });

        Assert.Equal(1, sampler.Next([0, float.PositiveInfinity, 1], [], []));
        Assert.Equal(0, sampler.Next([float.NegativeInfinity, float.NegativeInfinity], [], []));
    }

    [Fact]
    public void Logits_that_are_not_numbers_are_an_error()
    {
        Assert.Throws<SafeSwitchException>(() => new Sampler(SamplingOptions.Greedy).Next([1, float.NaN, 2], [], []));
        Assert.Throws<SafeSwitchException>(() => new Sampler(new SamplingOptions { Temperature = 1 }).Next([1, float.NaN, 2], [], []));
        Assert.Throws<SafeSwitchException>(() => new Sampler(new SamplingOptions { Temperature = 1, TopK = 2 }).Next([1, float.NaN, 2], [], []));
    }

    [Theory]
    [InlineData(-0.1f, 0, 1, 0, 1)]
    [InlineData(float.NaN, 0, 1, 0, 1)]
    [InlineData(0, -1, 1, 0, 1)]
    [InlineData(0, 0, 0, 0, 1)]
    [InlineData(0, 0, 1.1f, 0, 1)]
    [InlineData(0, 0, 1, -0.1f, 1)]
    [InlineData(0, 0, 1, 0, 0)]
    public void Options_out_of_range_are_refused_by_name(float temperature, int topK, float topP, float minP, float penalty)
    {
        var options = new SamplingOptions { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = penalty };

        Assert.Contains("expected", Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(options)).Message, StringComparison.Ordinal);
    }

    // Sorts everything, in double precision, one filter after the other.
    private static int Naive(float[] logits, SamplingOptions options, int[] seen, Func<double> draw)
    {
        var scores = logits.Select((x, i) => seen.Contains(i) ? (x > 0 ? x / options.RepetitionPenalty : x * options.RepetitionPenalty) : x).ToArray();
        if (options.TopK == 1)
            return Array.IndexOf(scores, scores.Max());
        var max = scores.Max();
        var weight = scores.Select(x => Math.Exp(((double)x - max) / options.Temperature)).ToArray();
        var order = Enumerable.Range(0, scores.Length).ToArray();
        var mustSort = options.TopP < 1 || (options.TopK > 0 && options.TopK < scores.Length);
        if (mustSort)
        {
            order = [.. order.OrderByDescending(i => scores[i]).ThenBy(i => i)];
            if (options.TopK > 0)
                order = [.. order.Take(options.TopK)];
            if (options.TopP < 1)
            {
                var total = order.Order().Sum(i => weight[i]);
                var sum = 0.0;
                order = [.. order.TakeWhile(i =>
                {
                    var go = sum < options.TopP * total;
                    sum += weight[i];
                    return go;
                })];
            }
        }

        var kept = order.Where(i => weight[i] >= options.MinP).ToArray();
        var weights = kept.Select(i => weight[i]).ToArray();
        var target = draw() * weights.Sum();
        for (var i = 0; i < kept.Length; i++)
        {
            target -= weights[i];
            if (target < 0)
                return kept[i];
        }

        return mustSort ? order[0] : Array.IndexOf(scores, max);
    }
}
