using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>Trains every network once a fold, as many side by side as there are threads.</summary>
internal sealed class SweepTrainer(
    IProbeStates states, IReadOnlyList<int> rows, IReadOnlyList<SweepFold> folds, ProbeTrainingOptions options, SweepScores scores)
{
    private sealed record Job(SweepFold Fold, ProbeMemberDesign Network, int Copy, double Cost);

    /// <summary>Trains what is not known yet.</summary>
    public void Train(IEnumerable<ProbeMemberDesign> networks, IProgress<BuildProgress>? progress, CancellationToken cancellationToken) =>
        Train(networks, (1, 1), progress, cancellationToken);

    /// <summary>Trains a part of what is not known yet.</summary>
    /// <param name="networks">The networks.</param>
    /// <param name="part">The part that this process trains: the dearest network first, every <c>Of</c>-th from the <c>Part</c>-th on.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends training; what was trained stays.</param>
    /// <returns>Networks that are trained now, and all that there are.</returns>
    public (int Done, int Of) Train(IEnumerable<ProbeMemberDesign> networks, (int Part, int Of) part, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        Job[] all = [.. networks.SelectMany(n => folds.SelectMany(f =>
            Enumerable.Range(0, n.Copies).Select(c => new Job(f, n with { Copies = 1 }, c, CostOf(n)))))];
        Job[] jobs = [.. all.OrderByDescending(j => j.Cost).Where((_, i) => i % part.Of == part.Part - 1)];
        var unit = jobs.Sum(j => j.Cost) / Math.Max(1, jobs.Length);
        var meter = new ProgressMeter(progress, "sweep", "networks", jobs.Length);
        // The dearest first: the threads then end together.
        Job[] open = [.. jobs.Where(j => !scores.Has(j.Fold, j.Network, j.Copy)).OrderByDescending(j => j.Cost)];
        if (open.Length < jobs.Length)
            meter.Skip(jobs.Length - open.Sum(j => j.Cost) / unit);

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ThreadCount, CancellationToken = cancellationToken };
        Parallel.ForEach(System.Collections.Concurrent.Partitioner.Create(open, loadBalance: true), parallel, job =>
        {
            var pass = new PassProgress(meter, job.Cost / unit, $"{job.Network}, {job.Fold.Name} left out");
            Train(job, pass, cancellationToken);
            pass.Done();
        });
        return (all.Count(j => scores.Has(j.Fold, j.Network, j.Copy)), all.Length);
    }

    private void Train(Job job, IProgress<ProbeTrainingProgress> progress, CancellationToken cancellationToken)
    {
        var design = new ProbeDesign { Name = "sweep", Stage = MonitorStage.Prompt, Members = [job.Network] };
        var probe = ProbeTrainer.Train(
            states, design, options with { Threads = 1 }, [.. rows.Where(Learns)], progress, cancellationToken, job.Copy);
        scores.Keep(job.Fold, job.Network, job.Copy, probe.Members[0].LogOdds(states, rows, threads: 1));

        bool Learns(int row) => states.Rows[row].Split == DataSplits.Train && !job.Fold.LeavesOut(states.Rows[row]);
    }

    // A network costs what it reads; the exact factor does not matter, only that one state a row is far less than all.
    private double CostOf(ProbeMemberDesign network)
    {
        var input = new MemberInput(states, network);
        var positions = rows.Sum(r => (double)input.Positions(r));
        var backward = network.Pooling is ProbePooling.Rolling or ProbePooling.MultiMax ? 1.3 : 2.2;
        return network.Layers.Count * (network.ScoresTokens ? positions * backward : positions);
    }

    /// <summary>Passes of one network as a part of all networks; early stopping makes the last step larger.</summary>
    private sealed class PassProgress(ProgressMeter meter, double share, string what) : IProgress<ProbeTrainingProgress>
    {
        private double reported;

        public void Report(ProbeTrainingProgress value)
        {
            var part = share / value.Epochs;
            reported += part;
            lock (meter)
                meter.Add(part, $"{what}, pass {value.Epoch}: held out {value.StoppingLoss:0.000}");
        }

        public void Done()
        {
            lock (meter)
                meter.Add(share - reported);
        }
    }
}
