using SafeSwitch.Training.Numerics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Probes;

public class FeatureWeightsTests
{
    private const string Layer = "hidden_states";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ProbePooling.Rolling, 5, 0.4f)]
    [InlineData(ProbePooling.Attention, 0, 0.4f)]
    [InlineData(ProbePooling.Attention, 5, 0f)]
    [InlineData(ProbePooling.Last, 0, 0.4f)]
    public void The_gradient_of_what_is_learnt_is_the_finite_difference(ProbePooling pooling, int whiten, float dropout)
    {
        foreach (var hidden in new int[][] { [], [4, 3] })
        {
            var states = new SyntheticStates(60, 9, [Layer], seed: 21);
            var design = new ProbeMemberDesign { Pooling = pooling, Layers = [Layer], Hidden = hidden, Heads = 2, Window = 3, Whiten = whiten };
            var (input, features, standardisation) = Features(states, design);
            var mask = dropout > 0 ? features.Mask(dropout, SplitMix.For(1, 2, 3)) : null;
            var weights = features.Learnt.Initialise(seed: 5);
            var pass = new NetworkPass(features.Network);
            var middle = Logit(weights);
            var gradient = new float[features.Network.Count];
            pass.Backward(features.ToNetwork(weights, mask), 1, gradient);
            var learnt = features.ToLearnt(gradient, mask);

            const float Step = 2e-3f;
            var compared = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                var kept = weights[i];
                weights[i] = kept + Step;
                var up = Logit(weights);
                weights[i] = kept - Step;
                var down = Logit(weights);
                weights[i] = kept;

                // Where a ReLU or a maximum switches within the step there is no derivative to compare with.
                if (Math.Abs((up - middle) - (middle - down)) / Step > 2e-2)
                    continue;
                compared++;
                Assert.Equal((up - down) / (2 * Step), learnt[i], 2e-2);
            }

            Assert.True(compared > weights.Length * 0.85, $"{compared} of {weights.Length} parameters compared");
            Assert.Contains(learnt, g => g != 0);

            float Logit(float[] w)
            {
                var positions = input.Positions(3);
                var buffer = pass.Input(positions);
                input.Fill(3, 0, positions, buffer);
                standardisation.Apply(buffer);
                return pass.Forward(features.ToNetwork(w, mask));
            }
        }
    }

    [Fact]
    public void A_dropped_feature_neither_counts_nor_learns()
    {
        var states = new SyntheticStates(60, 9, [Layer], seed: 22);
        var design = new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = [Layer], Hidden = [3] };
        var (_, features, _) = Features(states, design);
        var mask = features.Mask(0.5f, SplitMix.For(4, 4, 4));
        Assert.All(mask, m => Assert.True(m is 0 or 2));
        Assert.Contains(0f, mask);
        Assert.Contains(2f, mask);

        var weights = features.Learnt.Initialise(seed: 1);
        var network = features.ToNetwork(weights, mask);
        var gradient = features.ToLearnt([.. Enumerable.Repeat(1f, features.Network.Count)], mask);
        for (var feature = 0; feature < mask.Length; feature++)
        {
            for (var column = 0; column < 3; column++)
            {
                Assert.Equal(weights[feature * 3 + column] * mask[feature], network[feature * 3 + column]);
                Assert.Equal(mask[feature], gradient[feature * 3 + column]);
            }
        }
    }

    [Fact]
    public void Whitened_directions_vary_alike_within_a_source()
    {
        const int Width = 8;
        var states = new SyntheticStates(3_000, Width, [Layer], seed: 23, minPositions: 5, maxPositions: 5);
        var design = new ProbeMemberDesign { Pooling = ProbePooling.Rolling, Layers = [Layer] };
        var input = new MemberInput(states, design);
        int[] rows = [.. Enumerable.Range(0, states.Rows.Count)];
        var standardisation = Standardisation.Of(input, rows, Token);
        var whitening = Whitening.Of(input, standardisation, rows, Width, seed: 1, Token);

        // Within a kind of row, in the whitened directions: uncorrelated, and nearly of one size (the ridge shrinks the small ones).
        var values = new List<double[]>();
        foreach (var kind in rows.GroupBy(r => RowWeights.Kind(states.Rows[r])))
        {
            var own = new List<double[]>();
            foreach (var row in kind)
            {
                for (var position = 0; position < input.Positions(row); position++)
                {
                    var state = new float[Width];
                    input.Fill(row, position, 1, state);
                    standardisation.Apply(state);
                    own.Add([.. Enumerable.Range(0, Width).Select(k => Enumerable.Range(0, Width).Sum(i => (double)state[i] * whitening.Directions[i * Width + k]))]);
                }
            }

            var mean = Enumerable.Range(0, Width).Select(k => own.Average(v => v[k])).ToArray();
            values.AddRange(own.Select(v => v.Select((x, k) => x - mean[k]).ToArray()));
        }

        for (var a = 0; a < Width; a++)
        {
            for (var b = 0; b <= a; b++)
            {
                var covariance = values.Average(v => v[a] * v[b]);
                if (a == b)
                    Assert.InRange(covariance, 0.75, 1.1);
                else
                    Assert.InRange(covariance, -0.12, 0.12);
            }
        }
    }

    [Fact]
    public void More_directions_than_the_input_has_are_all_of_them()
    {
        var states = new SyntheticStates(120, 16, [Layer], seed: 24);
        ProbeDesign Design(int whiten) => new()
        {
            Name = "prompt",
            Stage = Policies.MonitorStage.Prompt,
            Members = [new() { Pooling = ProbePooling.Rolling, Layers = [Layer], Window = 5, Whiten = whiten, Training = new() { FeatureDropout = 0.3f, BatchRows = 16 } }],
        };
        float[] Scores(int whiten, int threads) => ProbeTrainer
            .Train(states, Design(whiten), new ProbeTrainingOptions { Epochs = 3, Threads = threads, WeightAverage = 0.9f }, cancellationToken: Token)
            .Score(states, [.. Enumerable.Range(0, states.Rows.Count)]);
        var all = Scores(16, threads: 1);
        Assert.Equal(all, Scores(1_000, threads: 4));
        Assert.NotEqual(all, Scores(8, threads: 1));
    }

    private static (MemberInput Input, FeatureWeights Features, Standardisation Standardisation) Features(SyntheticStates states, ProbeMemberDesign design)
    {
        var input = new MemberInput(states, design);
        int[] rows = [.. Enumerable.Range(0, states.Rows.Count)];
        var standardisation = Standardisation.Of(input, rows, Token);
        var whitening = design.Whiten > 0 ? Whitening.Of(input, standardisation, rows, design.Whiten, seed: 1, Token) : null;
        return (input, new FeatureWeights(input, design, whitening), standardisation);
    }
}
