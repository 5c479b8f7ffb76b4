using System.Numerics.Tensors;
using SafeSwitch.Training.Numerics;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes;

/// <summary>Trains one network by AdamW with early stopping on rows set aside.</summary>
internal sealed class MemberTrainer(
    IProbeStates states, IReadOnlyList<int> train, IReadOnlyList<int> stop, ProbeTrainingOptions options)
{
    // A batch is dealt to this many lanes, whose gradients are added in order: the sum does not depend on the threads.
    private const int Lanes = 4;

    // Positions of a harmless row put beside another, at most.
    private const int MostCompany = 128;

    public TrainedMember Train(
        ProbeMemberDesign design, int seed, int threads, Action<int, double, double> report, CancellationToken cancellationToken)
    {
        var input = new MemberInput(states, design);
        // A row without content has no score to learn from.
        int[] rows = [.. train.Where(r => input.Positions(r) > 0)];
        var rowWeights = RowWeights.Of([.. rows.Select(r => states.Rows[r])], options);
        var standardisation = Standardisation.Of(input, rows, cancellationToken);
        var features = new FeatureWeights(input, design, design.Whiten == 0
            ? null
            : Whitening.Of(input, standardisation, rows, Math.Min(design.Whiten, input.Width), seed, cancellationToken));

        var weights = features.Learnt.Initialise(seed);
        var smooth = options.WeightAverage > 0 ? weights.ToArray() : null;
        var kept = weights.ToArray();
        var run = new Run(input, features, standardisation, rows, rowWeights, options, seed, threads);
        var optimizer = new AdamW(weights.Length, options.LearningRate, options.WeightDecay);

        var best = double.PositiveInfinity;
        var since = 0;
        for (var epoch = 0; epoch < options.Epochs && since < options.Patience; epoch++)
        {
            var loss = run.Epoch(weights, smooth, optimizer, epoch, cancellationToken);
            if (!double.IsFinite(loss))
                throw new DataException("Probe training ended in a loss that is not a number; lower the learning rate.");
            var candidate = smooth ?? weights;
            var stoppingLoss = StoppingLoss(Member(candidate), threads);
            report(epoch + 1, loss, stoppingLoss);
            since++;
            if (stoppingLoss < best)
            {
                best = stoppingLoss;
                since = 0;
                candidate.CopyTo(kept, 0);
            }
        }

        var (scale, offset) = PlattScaling.Fit(
            Member(kept).LogOdds(states, stop, threads), [.. stop.Select(r => states.Rows[r].Positive)]);
        return new TrainedMember(design, features.Network, features.ToNetwork(kept, mask: null), standardisation, scale, offset);

        TrainedMember Member(float[] w) =>
            new(design, features.Network, features.ToNetwork(w, mask: null), standardisation, scale: 1, offset: 0);
    }

    private double StoppingLoss(TrainedMember member, int threads)
    {
        var logits = member.LogOdds(states, stop, threads);
        var weights = RowWeights.Of([.. stop.Select(r => states.Rows[r])], options);
        var loss = 0.0;
        for (var i = 0; i < logits.Length; i++)
            loss += weights[i] * Loss.CrossEntropy(logits[i], states.Rows[stop[i]].Positive ? 1 : 0);
        return loss / logits.Length;
    }

    private sealed class Run(
        MemberInput input, FeatureWeights features, Standardisation standardisation, int[] rows, float[] rowWeights,
        ProbeTrainingOptions options, int seed, int threads)
    {
        private readonly NetworkPass[] passes = [.. Enumerable.Range(0, Lanes).Select(_ => new NetworkPass(features.Network))];
        private readonly float[][] gradients = [.. Enumerable.Range(0, Lanes).Select(_ => new float[features.Network.Count])];
        private readonly int[] companions = [.. rows.Where(r => !input.States.Rows[r].Positive)];
        private readonly double[] losses = new double[Lanes];
        private readonly float[] unfolded = new float[features.Network.Count];
        private readonly float[] folded = new float[features.Learnt.Count];
        private int steps;

        public double Epoch(
            float[] weights, float[]? smooth, AdamW optimizer, int epoch, CancellationToken cancellationToken)
        {
            int[] order = [.. Enumerable.Range(0, rows.Length)];
            SplitMix.For(seed, epoch).Shuffle(order);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
            Array.Clear(losses);
            for (var from = 0; from < order.Length; from += options.BatchRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var batch = new ArraySegment<int>(order, from, Math.Min(options.BatchRows, order.Length - from));
                var mask = options.FeatureDropout > 0
                    ? features.Mask(options.FeatureDropout, SplitMix.For(seed, epoch, -1 - from))
                    : null;
                var network = features.ToNetwork(weights, mask, unfolded);
                if (threads > 1)
                {
                    Parallel.For(0, Lanes, parallel, lane => Lane(lane, batch, network, epoch));
                }
                else
                {
                    for (var lane = 0; lane < Lanes; lane++)
                        Lane(lane, batch, network, epoch);
                }

                for (var lane = 1; lane < Lanes; lane++)
                    TensorPrimitives.Add(gradients[0], gradients[lane], gradients[0]);
                optimizer.Step(weights, features.ToLearnt(gradients[0], mask, folded));
                if (smooth is not null)
                    TensorPrimitives.Lerp(weights, smooth, Math.Min(options.WeightAverage, (1f + steps) / (10f + steps)), smooth);
                steps++;
            }

            return losses.Sum() / rows.Length;
        }

        private void Lane(int lane, ArraySegment<int> batch, float[] weights, int epoch)
        {
            var gradient = gradients[lane];
            Array.Clear(gradient);
            for (var i = lane; i < batch.Count; i += Lanes)
            {
                var item = batch[i];
                var row = rows[item];
                var positive = input.States.Rows[row].Positive;
                var random = SplitMix.For(seed, epoch, row + 1);
                Fill(passes[lane], row, positive, ref random);
                var target = positive ? 1 - options.LabelSmoothing : options.LabelSmoothing;
                var logit = passes[lane].Forward(weights, options.Dropout, random);
                losses[lane] += rowWeights[item] * Loss.CrossEntropy(logit, target);
                passes[lane].Backward(weights, rowWeights[item] * Loss.Gradient(logit, target) / batch.Count, gradient);
            }
        }

        private void Fill(NetworkPass pass, int row, bool positive, ref SplitMix random)
        {
            var (start, count) = positive ? (0, input.Positions(row)) : Crop(row, options.CropPositions, ref random);
            if (!input.ScoresTokens || options.Splice == 0 || random.NextFloat() >= options.Splice)
            {
                var alone = pass.Input(count);
                input.Fill(row, start, count, alone);
                standardisation.Apply(alone);
                return;
            }

            var companion = companions[random.Next(companions.Length)];
            var (from, more) = Crop(companion, MostCompany, ref random);
            var together = pass.Input(count + more);
            var companionFirst = random.Next(2) == 0;
            var cut = input.Width * (companionFirst ? more : count);
            input.Fill(companion, from, more, companionFirst ? together[..cut] : together[cut..]);
            input.Fill(row, start, count, companionFirst ? together[cut..] : together[..cut]);
            standardisation.Apply(together);
        }

        private (int Start, int Count) Crop(int row, int most, ref SplitMix random)
        {
            var positions = input.Positions(row);
            var count = most > 0 ? Math.Min(positions, most) : positions;
            return (random.Next(positions - count + 1), count);
        }
    }
}
