using System.ComponentModel.DataAnnotations;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Trains probes on collected states and puts them into a folder: graph, record, and what is known of them.</summary>
/// <param name="store">The states.</param>
/// <param name="folder">The instrumented model's folder.</param>
public sealed class BundleProbeTrainer(StateStore store, string folder) : ICheckedSettings
{
    /// <summary>Answer tokens that a response probe sees if nothing else is said.</summary>
    public const int DefaultPilotTokens = 3;

    /// <summary>The bound on everyday false positives that recall is taken at if nothing else is said.</summary>
    public const double DefaultMaxFalsePositiveRate = 0.01;

    /// <summary>Harmful rows that a source must have to be left out if nothing else is said; figures on fewer say little.</summary>
    public const int DefaultRowsPerFold = 100;

    // As many parts as leave little out at a time: with four, the same networks found a tenth less of unseen sources.
    private const int DefaultParts = 8;

    /// <summary>The bound on everyday false positives that recall is taken at; a larger one where there are too few rows for it.</summary>
    /// <value>The default is 1%.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxFalsePositiveRate { get; init; } = DefaultMaxFalsePositiveRate;

    /// <summary>Answer tokens that a response probe sees.</summary>
    /// <value>The default is <see cref="DefaultPilotTokens"/>.</value>
    [Range(1, 1024)]
    public int PilotTokens { get; init; } = DefaultPilotTokens;

    /// <summary>Where the graph and its record go, relative to the folder.</summary>
    /// <value>The default is <see cref="ProbeRecord.Folder"/>.</value>
    public string Place { get; init; } = ProbeRecord.Folder;

    /// <summary>The instrumented decoder that the states are of.</summary>
    /// <value><see langword="null"/>: the one in the folder that the probe goes to.</value>
    public string? DecoderFolder { get; init; }

    /// <summary>What the probe tells, such as <c>investment-advice</c>, in place of <see cref="ProbeRecipe.Label"/>.</summary>
    public string? Label { get; init; }

    /// <summary>Whether a probe of the same name is replaced.</summary>
    /// <value><see langword="false"/>: it is refused, before anything is trained.</value>
    public bool Overwrite { get; init; }

    /// <summary>Where the file of classes is that a probe names.</summary>
    /// <value>Where the name leads from the working directory.</value>
    internal Func<string, string> Find { get; init; } = Path.GetFullPath;

    /// <summary>Which harmless rows count as everyday requests, at the prompt stage.</summary>
    /// <value>The default is all of them.</value>
    public BenignRule Benign { get; init; } = new();

    /// <summary>What of a single everyday source may be flagged where figures of left-out sources are taken, as a multiple of
    /// <see cref="MaxFalsePositiveRate"/>.</summary>
    /// <value>The default is 3.</value>
    [Range(1.0, 1e6)]
    public double SourceFactor { get; init; } = 3;

    /// <summary>Harmful rows that a source must have to be left out.</summary>
    /// <value>The default is 100.</value>
    [Range(1, int.MaxValue)]
    public int RowsPerFold { get; init; } = DefaultRowsPerFold;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (Label is not null && string.IsNullOrWhiteSpace(Label))
            yield return new SettingProblem("label", "an empty text", "what the probe tells, or nothing");
    }

    /// <summary>Layers that probes of a stage can read, by the decoder's output names.</summary>
    public IReadOnlyList<string> LayersOf(MonitorStage stage) => new StoredProbeStates(store, stage, PilotTokens).Layers;

    /// <summary>Trains a probe and writes it.</summary>
    /// <param name="probe">What to train.</param>
    /// <param name="leaveOut">Whether the same design is also trained without its sources, and measured on them.</param>
    /// <param name="progress">Receives a report per pass.</param>
    /// <param name="cancellationToken">Ends training; nothing is written then.</param>
    /// <exception cref="ArgumentException">The design or its layers do not fit, or the rows have one class only.</exception>
    /// <exception cref="DataException">The states do not serve such a probe, or are of another decoder.</exception>
    /// <exception cref="ExistingFileException">There is a probe of that name.</exception>
    /// <exception cref="IOException">Another process trains a probe of that name into the folder, or it can't be written.</exception>
    public ProbeOutcome Train(ProbeRecipe probe, bool leaveOut = false, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        DeclaredRanges.ThrowIfInvalid(this);
        probe = probe with { Label = Label ?? probe.Label };
        DeclaredRanges.ThrowIfInvalid(probe);
        using var claim = Claim(probe.Design.Name);
        var states = Rows(probe.Design.Stage, probe.Training.Seed);
        ProbeTrainer.Check(states, probe.Design);
        // What can't be trained is said before hours of training.
        if (probe.CrossFit is { } crossFit)
            SweepFold.Deal(states.Rows, crossFit);
        if (probe.Coverage is { } coverage)
            _ = new CoverageTrainer(states, coverage, BenignRows.Of(states, probe.Design.Stage, Benign));
        if (probe.Classes is { } classes)
            _ = new ClassTrainer(states, probe.Design, classes, ClassMap.Read(Find(classes.File)));
        var leftOut = leaveOut
            ? new ProbeSweep(states, SweepOptionsOf(states, probe.Design.Stage, probe.Training, probe.CrossFit)).Run([probe.Design], progress, cancellationToken)[0]
            : null;
        return Write(states, probe with { Training = probe.Training with { Threads = 0 } }, probe.Training.ThreadCount, progress, cancellationToken) with { LeftOut = leftOut };
    }

    /// <summary>Compares designs, then trains the best and writes it.</summary>
    /// <param name="plan">What to compare.</param>
    /// <param name="name">The probe's name.</param>
    /// <param name="stage">Its stage.</param>
    /// <param name="trains">Whether the best is trained.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends the sweep; networks that were trained are not trained again by the next one.</param>
    /// <exception cref="ArgumentException">A design or its layers do not fit, or the rows have one class only.</exception>
    /// <exception cref="DataException">The states do not serve such probes, or are of another decoder.</exception>
    /// <exception cref="ExistingFileException">The best is to be trained, and there is a probe of that name.</exception>
    /// <exception cref="IOException">Another process trains a probe of that name into the folder, or it can't be written.</exception>
    public ProbeOutcome Sweep(
        SweepPlan plan, string name, MonitorStage stage, bool trains = true, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        DeclaredRanges.ThrowIfInvalid(this);
        DeclaredRanges.ThrowIfInvalid(plan);
        using var claim = trains ? Claim(name) : null;
        var states = Rows(stage, plan.Training.Seed);
        plan = plan with { Poolings = plan.Poolings ?? SweepPlan.DefaultPoolings(states.Poolings) };
        var options = SweepOptionsOf(states, stage, plan.Training, plan.CrossFit);
        var sweep = new ProbeSweep(states, options);
        var result = SweepSearch.Run(sweep, plan, name, stage, states.Layers, progress, cancellationToken);
        var best = new ProbeRecipe { Design = result.Chosen.Design, Training = plan.Training with { Threads = 0 }, Label = Label };
        var outcome = trains
            ? Write(states, best, plan.Training.ThreadCount, progress, cancellationToken)
            : new ProbeOutcome(best, options.MaxFalsePositiveRate);
        return outcome with { LeftOut = result.Chosen, Sweep = result, MaxFalsePositiveRate = options.MaxFalsePositiveRate };
    }

    /// <summary>Trains one part of a sweep's networks, beside other processes with the same folder; <see cref="Sweep"/> then finds them trained, trains what is left, and chooses.</summary>
    /// <param name="plan">What is compared.</param>
    /// <param name="name">The probe's name.</param>
    /// <param name="stage">Its stage.</param>
    /// <param name="part">The part, from 1, such as (2, 4).</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends the training; networks that were trained are not trained again.</param>
    /// <returns>Networks that are trained now, by all parts, and all that there are.</returns>
    /// <exception cref="ArgumentException">A design or its layers do not fit, or the rows have one class only.</exception>
    /// <exception cref="SettingsException"><paramref name="part"/> is none.</exception>
    /// <exception cref="DataException">The states do not serve such probes, or are of another decoder.</exception>
    public (int Done, int Of) SweepPart(
        SweepPlan plan, string name, MonitorStage stage, (int Part, int Of) part, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        StateCollector.CheckShard(part);
        DeclaredRanges.ThrowIfInvalid(this);
        DeclaredRanges.ThrowIfInvalid(plan);
        DecoderFingerprint.Check(store, DecoderFolder ?? folder);
        var states = Rows(stage, plan.Training.Seed);
        plan = plan with { Poolings = plan.Poolings ?? SweepPlan.DefaultPoolings(states.Poolings) };
        return new ProbeSweep(states, SweepOptionsOf(states, stage, plan.Training, plan.CrossFit)).TrainPart(SweepSearch.Designs(plan, name, stage, states.Layers).Designs, part, progress, cancellationToken);
    }

    // Threads belong to the machine, not to what is trained: the record and the design file leave them out.
    private ProbeOutcome Write(IProbeStates states, ProbeRecipe probe, int threads, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var (design, training) = (probe.Design, probe.Training with { Threads = threads });
        var meter = new ProgressMeter(progress, $"probe {design.Name}", "passes", (double)design.Networks.Count() * training.Epochs);
        var trained = ProbeTrainer.Train(states, design, training, new PassProgress(meter), cancellationToken);
        var unseen = probe.CrossFit is null ? null : CrossFit.Of(states, probe, Options(states, design.Stage, training), progress, cancellationToken);
        var coverage = probe.Coverage is { } wanted
            ? new CoverageTrainer(states, wanted, BenignRows.Of(states, design.Stage, Benign)).Train(probe.CrossFit ?? new CrossFitOptions(), cancellationToken)
            : default;
        trained.Coverage = coverage.Trained;
        var classes = probe.Classes is { } kinds
            ? new ClassTrainer(states, design, kinds, ClassMap.Read(Find(kinds.File))).Train(probe.CrossFit ?? new CrossFitOptions(), cancellationToken)
            : default;
        trained.Classes = classes.Trained;
        var held = ScoredRows.Of(trained, states, BenignRows.Of(states, design.Stage, Benign), threads);
        var figures = ProbeFigures.Of(held, BoundOf(states, design.Stage));
        var description = ProbeWriter.Write(trained, states, folder, ProbeRecord.GraphOf(design.Name, Place));
        var scores = Path.Combine(folder, SourceScores.FileOf(design.Name, Place));
        if (unseen is not null)
            SourceScores.Write(scores, unseen);
        else
            File.Delete(scores);
        var used = ProbeRows.Trained(new StoredProbeStates(store, design.Stage, PilotTokens), states.Rows, probe).WriteTo(folder, ProbeRows.TrainedFileOf(design.Name, Place));
        var left = unseen is null ? null : LeftOutFigures.Of(unseen, MaxFalsePositiveRate, SourceFactor);
        var record = new ProbeRecord
        {
            Description = description with { TrainedRows = used, Label = probe.Told },
            CrossFit = probe.CrossFit,
            Coverage = probe.Coverage,
            Classes = probe.Classes,
            ScoresSha256 = unseen is null ? null : DataFile.Sha256(scores),
            Design = design,
            Training = probe.Training,
            States = store.Description.Fingerprint,
            PilotTokens = PilotTokens,
            Metrics = new Dictionary<string, double>((left?.ToMetrics() ?? figures.ToMetrics()).Concat(coverage.Figures?.ToMetrics() ?? []).Concat(classes.Figures?.ToMetrics() ?? [])),
        };
        SettingsFile.Write(Path.Combine(folder, ProbeRecord.FileOf(design.Name, Place)), record);
        return new ProbeOutcome(probe, figures.MaxFalsePositiveRate) { Record = record, Figures = figures, HeldOut = held, Unseen = left, Coverage = coverage.Figures, Classes = classes.Figures };
    }

    // Hours of training are not to end in a refusal, nor in the loss of what was trained before.
    private IDisposable Claim(string name)
    {
        DecoderFingerprint.Check(store, DecoderFolder ?? folder);
        var path = Path.Combine(folder, ProbeRecord.GraphOf(name, Place));
        var claim = WriteLock.Take(path);
        if (Overwrite || !File.Exists(path))
            return claim;
        claim.Dispose();
        throw new ExistingFileException(path, $"a trained probe; expected a name that no probe has, '{name}' has one.");
    }

    private IProbeStates Rows(MonitorStage stage, int seed)
    {
        var states = new StoredProbeStates(store, stage, PilotTokens);
        if (stage == MonitorStage.Response && states.Rows.Count == 0)
        {
            throw new DataException("The states have no row with a labelled answer or a refusal, expected some of both for a response probe: collect answers, or refusals.")
            {
                StepToRun = BuildStep.Collect,
            };
        }

        var held = HeldOutStates.Of(states, seed);
        ProbeTrainer.RequireBothClasses(held, DataSplits.Train);
        ProbeTrainer.RequireBothClasses(held, DataSplits.Validation);
        return held;
    }

    private double BoundOf(IProbeStates states, MonitorStage stage) =>
        ReachableBound.Of(states, BenignRows.Of(states, stage, Benign), RowsPerFold, MaxFalsePositiveRate);

    private SweepOptions Options(IProbeStates states, MonitorStage stage, ProbeTrainingOptions training) => new()
    {
        MaxFalsePositiveRate = BoundOf(states, stage),
        Benign = BenignRows.Of(states, stage, Benign),
        RowsPerFold = RowsPerFold,
        Training = training,
        WorkFolder = Path.Combine(folder, RecipeFiles.WorkFolder, "sweep"),
        StatesFingerprint = CacheKey.Of(store.Description.Fingerprint, stage, PilotTokens, ProbeTrainer.Version),
    };

    // Every source has rows enough to show the bound, or there is none: then harmful ones alone are left out.
    private SweepOptions SweepOptionsOf(IProbeStates states, MonitorStage stage, ProbeTrainingOptions training, CrossFitOptions? wanted)
    {
        var options = Options(states, stage, training);
        var crossFit = wanted ?? (SweepFold.ServesBothLabels(states.Rows, options.Benign, RowsPerFold) ? new CrossFitOptions { Folds = DefaultParts } : null);
        return crossFit is null ? options : options with { CrossFit = crossFit, MaxFalsePositiveRate = MaxFalsePositiveRate, SourceFactor = SourceFactor };
    }

    private sealed class PassProgress(ProgressMeter meter) : IProgress<ProbeTrainingProgress>
    {
        public void Report(ProbeTrainingProgress value) =>
            meter.Add(1, $"{value.Design}, pass {value.Epoch}: loss {value.TrainingLoss:0.000}, held out {value.StoppingLoss:0.000}");
    }
}

/// <summary>What a training or a sweep gave.</summary>
/// <param name="Probe">The probe: what was trained, or would be.</param>
/// <param name="MaxFalsePositiveRate">The bound at which recall was taken, in (0, 1).</param>
public sealed record ProbeOutcome(ProbeRecipe Probe, double MaxFalsePositiveRate)
{
    /// <summary>The record that was written; nothing if nothing was trained.</summary>
    public ProbeRecord? Record { get; init; }

    /// <summary>Figures on the validation rows, if it was trained.</summary>
    public ProbeFigures? Figures { get; init; }

    /// <summary>The validation rows and their scores, if it was trained.</summary>
    public ScoredRows? HeldOut { get; init; }

    /// <summary>Figures on every source while it was left out, harmful and harmless, if the probe was cross-fitted.</summary>
    public LeftOutFigures? Unseen { get; init; }

    /// <summary>What it says that it can't read of sources left out, if it learned to tell.</summary>
    public CoverageFigures? Coverage { get; init; }

    /// <summary>How well it tells classes apart of sources left out, if it learned to.</summary>
    public ClassFigures? Classes { get; init; }

    /// <summary>Figures of the design on sources left out, if they were asked for.</summary>
    public SweepRow? LeftOut { get; init; }

    /// <summary>The sweep, if there was one.</summary>
    public SweepResult? Sweep { get; init; }
}
