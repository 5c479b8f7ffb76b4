using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes;

/// <summary>Trains probes on collected hidden states, on the CPU, with the same result for a seed whatever the threads.</summary>
public static class ProbeTrainer
{
    /// <summary>Raised whenever the same rows, design and options give another probe: what was trained before is then trained again.</summary>
    internal const int Version = 2;

    /// <summary>
    /// Trains a probe on the <c>train</c> rows. Each network sets a tenth of them aside, whole wrappers and prompts at a time, to stop by
    /// and to scale its log-odds; networks of an ensemble set different ones aside, so that together they learn from all. Rows of
    /// <c>validation</c> are never looked at, so that they can stand for unseen ones when figures are taken and thresholds set; those
    /// of <c>test</c> neither.
    /// </summary>
    /// <exception cref="ArgumentException">The design or its layers do not fit, or the rows have one class only.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainedProbe Train(
        IProbeStates states, ProbeDesign design, ProbeTrainingOptions options,
        IProgress<ProbeTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var train = Enumerable.Range(0, states.Rows.Count).Where(i => states.Rows[i].Split == DataSplits.Train);
        return Train(states, design, options, [.. train], progress, cancellationToken);
    }

    /// <param name="states">The states.</param>
    /// <param name="design">What to train.</param>
    /// <param name="options">How.</param>
    /// <param name="rows">Rows to learn from and to stop by.</param>
    /// <param name="progress">Receives a report per pass.</param>
    /// <param name="cancellationToken">Ends training.</param>
    /// <param name="firstSeed">Number of the first network among those of one seed.</param>
    internal static TrainedProbe Train(
        IProbeStates states, ProbeDesign design, ProbeTrainingOptions options, List<int> rows,
        IProgress<ProbeTrainingProgress>? progress, CancellationToken cancellationToken, int firstSeed = 0)
    {
        DeclaredRanges.ThrowIfInvalid(options);
        Check(states, design);
        RequireBothClasses(states, rows, "train rows");

        var networks = design.Networks.ToArray();
        var members = new TrainedMember[networks.Length];
        var together = Math.Min(networks.Length, options.ThreadCount);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = together, CancellationToken = cancellationToken };
        Parallel.For(0, networks.Length, parallel, n => members[n] = TrainMember(n));
        return new TrainedProbe(design, states.Width, members);

        TrainedMember TrainMember(int n)
        {
            var seed = SeedOf(options.Seed, firstSeed + n);
            var (train, stop) = ValidationSplit.Of(states.Rows, rows, ValidationSplit.StoppingShare, seed);
            RequireBothClasses(states, train, "train rows that are not set aside to stop by");
            RequireBothClasses(states, stop, "train rows that are set aside to stop by");
            return new MemberTrainer(states, train, stop, networks[n].Training?.Over(options) ?? options).Train(
                networks[n], seed, options.ThreadCount / together,
                (epoch, loss, stoppingLoss) => Report(n, epoch, loss, stoppingLoss), cancellationToken);
        }

        void Report(int network, int epoch, double loss, double validationLoss)
        {
            if (progress is null)
                return;
            lock (members)
            {
                progress.Report(new ProbeTrainingProgress(
                    network + 1, networks.Length, networks[network].ToString(), epoch, options.Epochs, loss, validationLoss));
            }
        }
    }

    internal static void Check(IProbeStates states, ProbeDesign design)
    {
        DeclaredRanges.ThrowIfInvalid(design);
        if (design.HiddenStates.Except(states.Layers).FirstOrDefault() is { } missing)
        {
            throw new ArgumentException(
                $"Probe '{design.Name}' reads '{missing}', which was not collected; collected: {string.Join(", ", states.Layers)}.");
        }

        if (design.Members.Select(m => m.Pooling).Where(p => !states.Poolings.Contains(p)).ToList() is { Count: > 0 } unserved)
        {
            throw new DataException(
                $"Probe '{design.Name}' pools by {unserved[0]}, and the states were kept for {string.Join(" and ", states.Poolings)} only: "
                + $"pool by {(states.Poolings.Count == 1 ? "that" : "one of those")}, or keep the states of all content positions when collecting.")
            {
                StepToRun = BuildStep.Collect,
            };
        }
    }

    internal static int SeedOf(int seed, int network) => unchecked(seed * 1_000_003 + network);

    /// <exception cref="ArgumentException">A split has one class only.</exception>
    internal static void RequireBothClasses(IProbeStates states, string split) =>
        RequireBothClasses(states, [.. Enumerable.Range(0, states.Rows.Count).Where(r => states.Rows[r].Split == split)], $"{split} rows");

    private static void RequireBothClasses(IProbeStates states, List<int> rows, string which)
    {
        var positive = rows.Count(r => states.Rows[r].Positive);
        if (positive == 0 || positive == rows.Count)
        {
            throw new ArgumentException(
                $"The {which} have one class only ({positive} positive of {rows.Count}); a probe needs rows of both labels.");
        }
    }
}

/// <summary>How far a training is.</summary>
/// <param name="Network">The network in training, from 1.</param>
/// <param name="Networks">Networks in the probe.</param>
/// <param name="Design">What it is, for people.</param>
/// <param name="Epoch">Passes done.</param>
/// <param name="Epochs">Passes at most.</param>
/// <param name="TrainingLoss">Weighted cross-entropy of the pass, in nats.</param>
/// <param name="StoppingLoss">The same after the pass on the rows set aside to stop by.</param>
public sealed record ProbeTrainingProgress(
    int Network, int Networks, string Design, int Epoch, int Epochs, double TrainingLoss, double StoppingLoss);
