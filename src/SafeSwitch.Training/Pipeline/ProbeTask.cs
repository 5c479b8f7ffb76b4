using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Trains probes on a store and puts them into a bundle: graph, record, and what is known of them.</summary>
internal sealed class ProbeTask(
    StateStore store, string folder, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
{
    /// <summary>Answer tokens that a response probe sees if nobody says otherwise.</summary>
    public const int UsualPilotTokens = 3;

    /// <summary>The bound on everyday false positives that recall is taken at; a larger one where there are too few rows for it.</summary>
    public double MaxFalsePositiveRate { get; init; } = new SweepOptions().MaxFalsePositiveRate;

    /// <summary>Answer tokens that a response probe sees.</summary>
    public int PilotTokens { get; init; } = UsualPilotTokens;

    /// <summary>Where the graph and its record go, relative to the bundle.</summary>
    public string Place { get; init; } = ProbeRecord.Folder;

    /// <summary>Sets whose harmless rows stand for everyday requests; <see langword="null"/> for the usual.</summary>
    public IReadOnlyList<string>? EverydaySets { get; init; }

    /// <summary>Harmful rows that a source must have to be left out.</summary>
    public int RowsPerFold { get; init; } = new SweepOptions().RowsPerFold;

    /// <summary>Layers that probes of a stage can read.</summary>
    public IReadOnlyList<string> Layers(MonitorStage stage) => new StoredProbeStates(store, stage, PilotTokens).Layers;

    /// <summary>Trains a probe and writes it.</summary>
    /// <param name="probe">What to train.</param>
    /// <param name="leaveOut">Whether the same design is trained without each source, too.</param>
    public ProbeOutcome Train(RecipeProbe probe, bool leaveOut)
    {
        var states = Rows(probe.Design.Stage, probe.Training.Seed);
        ProbeTrainer.Check(states, probe.Design);
        var leftOut = leaveOut ? LeaveOut(states, probe) : null;
        return Write(states, probe with { Training = probe.Training with { Threads = 0 } }, probe.Training.ThreadCount) with { LeftOut = leftOut };
    }

    /// <summary>Compares designs, then trains the best and writes it.</summary>
    /// <param name="plan">What to compare.</param>
    /// <param name="name">The probe's name.</param>
    /// <param name="stage">Its stage.</param>
    /// <param name="trains">Whether the best is trained.</param>
    public ProbeOutcome Sweep(SweepPlan plan, string name, MonitorStage stage, bool trains)
    {
        var states = Rows(stage, plan.Training.Seed);
        plan = plan with { Poolings = plan.Poolings ?? SweepPlan.UsualPoolings(states.Poolings) };
        var sweep = new ProbeSweep(states, Options(states, stage, plan.Training));
        var result = SweepSearch.Run(sweep, plan, name, stage, states.Layers, progress, cancellationToken);
        var best = new RecipeProbe { Design = result.Chosen.Design, Training = plan.Training with { Threads = 0 } };
        var outcome = trains ? Write(states, best, plan.Training.ThreadCount) : new ProbeOutcome(best, BoundOf(states, stage));
        return outcome with { LeftOut = result.Chosen, Sweep = result };
    }

    private SweepRow LeaveOut(IProbeStates states, RecipeProbe probe) =>
        new ProbeSweep(states, Options(states, probe.Design.Stage, probe.Training)).Run([probe.Design], progress, cancellationToken)[0];

    // Threads are the machine's, no part of what is trained: the record and the design file leave them out.
    private ProbeOutcome Write(IProbeStates states, RecipeProbe probe, int threads)
    {
        var (design, training) = (probe.Design, probe.Training with { Threads = threads });
        var meter = new ProgressMeter(progress, $"probe {design.Name}", "passes", (double)design.Networks.Count() * training.Epochs);
        var trained = ProbeTrainer.Train(states, design, training, new PassRelay(meter), cancellationToken);
        var held = ScoredRows.Of(trained, states, EverydayChoice.Of(states, design.Stage, EverydaySets), threads);
        var figures = ProbeFigures.Of(held, BoundOf(states, design.Stage));
        var record = new ProbeRecord
        {
            Description = ProbeWriter.Write(trained, states, folder, ProbeRecord.GraphOf(design.Name, Place)),
            Design = design,
            Training = probe.Training,
            States = store.Description.Fingerprint,
            PilotTokens = PilotTokens,
            Metrics = figures.ToMetrics(),
        };
        record.Write(Path.Combine(folder, ProbeRecord.FileOf(design.Name, Place)));
        return new ProbeOutcome(probe, figures.MaxFalsePositiveRate) { Record = record, Figures = figures, HeldOut = held };
    }

    private IProbeStates Rows(MonitorStage stage, int seed)
    {
        var states = new StoredProbeStates(store, stage, PilotTokens);
        if (stage == MonitorStage.Response && states.Rows.Count == 0)
            throw new DataException("The states have no row with a judged answer or a refusal, expected some of both for a response probe: collect with --answers, or with --refusals.");
        var held = HeldOutStates.Of(states, seed);
        ProbeTrainer.RequireBothClasses(held, DataSplits.Train);
        ProbeTrainer.RequireBothClasses(held, DataSplits.Validation);
        return held;
    }

    private double BoundOf(IProbeStates states, MonitorStage stage) =>
        ReachableBound.Of(states, EverydayChoice.Of(states, stage, EverydaySets), RowsPerFold, MaxFalsePositiveRate);

    private SweepOptions Options(IProbeStates states, MonitorStage stage, ProbeTrainingOptions training) => new()
    {
        MaxFalsePositiveRate = BoundOf(states, stage),
        Everyday = EverydayChoice.Of(states, stage, EverydaySets),
        RowsPerFold = RowsPerFold,
        Training = training,
        WorkFolder = Path.Combine(folder, RecipeFiles.WorkFolder, "sweep"),
        StatesFingerprint = InputDigest.Of(store.Description.Fingerprint, stage, PilotTokens, ProbeTrainer.Version),
    };
}
