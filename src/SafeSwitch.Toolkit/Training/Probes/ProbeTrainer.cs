using SafeSwitch.Toolkit.Data;

namespace SafeSwitch.Toolkit.Training.Probes;

/// <summary>Trains probes on collected hidden states, on the CPU, with the same result for a seed whatever the threads.</summary>
public static class ProbeTrainer
{
    /// <summary>Trains a probe on the <c>train</c> rows, stopping early on the <c>validation</c> rows; without any, a fifth of
    /// the training rows is set aside, whole wrappers and prompts at a time. Rows of <c>test</c> are never looked at.</summary>
    /// <exception cref="ArgumentException">The design or its layers do not fit, or the rows have one class only.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static TrainedProbe Train(
        IProbeStates states, ProbeDesign design, ProbeTrainingOptions options,
        IProgress<ProbeTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var rows = states.Rows;
        return Train(
            states, design, options,
            [.. Enumerable.Range(0, rows.Count).Where(i => rows[i].Split == "train")],
            [.. Enumerable.Range(0, rows.Count).Where(i => rows[i].Split == "validation")],
            progress, cancellationToken);
    }

    /// <param name="states">The states.</param>
    /// <param name="design">What to train.</param>
    /// <param name="options">How.</param>
    /// <param name="train">Rows to learn from.</param>
    /// <param name="validation">Rows to stop by.</param>
    /// <param name="progress">Told of every pass.</param>
    /// <param name="cancellationToken">Ends training.</param>
    /// <param name="firstSeed">Number of the first network among those of one seed.</param>
    internal static TrainedProbe Train(
        IProbeStates states, ProbeDesign design, ProbeTrainingOptions options, List<int> train, List<int> validation,
        IProgress<ProbeTrainingProgress>? progress, CancellationToken cancellationToken, int firstSeed = 0)
    {
        Check(states, design);
        if (validation.Count == 0)
            (train, validation) = ValidationSplit.Of(states.Rows, train, options.Seed);
        RequireBothClasses(states, train, "train");
        RequireBothClasses(states, validation, "validation");

        var networks = design.Networks.ToArray();
        var members = new TrainedMember[networks.Length];
        var trainer = new MemberTrainer(states, train, validation, options);
        var together = Math.Min(networks.Length, options.ThreadCount);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = together, CancellationToken = cancellationToken };
        Parallel.For(0, networks.Length, parallel, n => members[n] = trainer.Train(
            networks[n], SeedOf(options.Seed, firstSeed + n), options.ThreadCount / together,
            (epoch, loss, validationLoss) => Report(n, epoch, loss, validationLoss), cancellationToken));
        return new TrainedProbe(design, states.Width, members);

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
        design.Check();
        if (design.HiddenStates.Except(states.Layers).FirstOrDefault() is { } missing)
        {
            throw new ArgumentException(
                $"Probe '{design.Name}' reads '{missing}', which was not collected; collected: {string.Join(", ", states.Layers)}.");
        }

        if (design.Members.Select(m => m.Pooling).Where(p => !states.Poolings.Contains(p)).ToList() is { Count: > 0 } unserved)
        {
            throw new DataException(
                $"Probe '{design.Name}' pools by {unserved[0]}, and the states were kept for {string.Join(" and ", states.Poolings)} only: "
                + $"pool by {(states.Poolings.Count == 1 ? "that" : "one of those")}, or collect with `--keep content`.");
        }
    }

    internal static int SeedOf(int seed, int network) => unchecked(seed * 1_000_003 + network);

    /// <exception cref="ArgumentException">A split has one class only.</exception>
    internal static void RequireBothClasses(IProbeStates states, string split) =>
        RequireBothClasses(states, [.. Enumerable.Range(0, states.Rows.Count).Where(r => states.Rows[r].Split == split)], split);

    private static void RequireBothClasses(IProbeStates states, List<int> rows, string split)
    {
        var positive = rows.Count(r => states.Rows[r].Positive);
        if (positive == 0 || positive == rows.Count)
        {
            throw new ArgumentException(
                $"The {split} rows have one class only ({positive} positive of {rows.Count}); a probe needs rows of both labels.");
        }
    }
}
