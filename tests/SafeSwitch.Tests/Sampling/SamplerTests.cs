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
    public void Restarting_and_skipping_repeat_the_choices() => Gen.Select(Logits, Options, Gen.Int[0, 9]).Sample((logits, options, skip) =>
    {
        var sampler = new Sampler(options);
        var first = Enumerable.Range(0, 10).Select(_ => sampler.Next(logits, [], [])).ToArray();

        sampler.Restart();
        sampler.Skip(skip);

        Assert.Equal(first[skip..], Enumerable.Range(0, 10 - skip).Select(_ => sampler.Next(logits, [], [])));
    });

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
        scores = [.. scores.Select(x => x / options.Temperature)];
        var order = Enumerable.Range(0, scores.Length).ToArray();
        var mustSort = options.TopP < 1 || (options.TopK > 0 && options.TopK < scores.Length);
        if (mustSort)
        {
            order = [.. order.OrderByDescending(i => scores[i]).ThenBy(i => i)];
            if (options.TopK > 0)
                order = [.. order.Take(options.TopK)];
            if (options.TopP < 1)
            {
                var total = order.Order().Sum(i => Math.Exp((double)scores[i] - scores[order[0]]));
                var sum = 0.0;
                order = [.. order.TakeWhile(i =>
                {
                    var go = sum < options.TopP * total;
                    sum += Math.Exp((double)scores[i] - scores[order[0]]);
                    return go;
                })];
            }
        }

        var max = scores.Max();
        var kept = order.Where(i => options.MinP == 0 || scores[i] >= max + MathF.Log(options.MinP)).ToArray();
        var weights = kept.Select(i => Math.Exp((double)scores[i] - max)).ToArray();
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
