using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Probes;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Cli.Train;

/// <summary>A probe from collected states; layers and poolings compared first, if wanted.</summary>
internal sealed class TrainProbeVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "The instrumented model's folder; the probe goes to its probes/" };
    private readonly Option<string> states = new("--states") { Description = "The collected states", HelpName = "STATES", Required = true };
    private readonly ProbeOptionSet probe = new();
    private readonly SweepOptionSet sweep = new();
    private readonly BenignOptionSet benign = new();
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also write the tables as Markdown", HelpName = "FILE.md" };
    private readonly ForceOption force = new("a probe of that name");
    private readonly Option<string?> reports = new("--reports") { Description = "Where plots, a sweep's tables and the design go; by default training in the bundle's folder, which serves without them", HelpName = "DIR" };

    public TrainProbeVerb()
        : base(
            "probe",
            "Trains a probe, measures it with confidence intervals, and writes it as an ONNX graph; --sweep finds layer and pooling",
            new("train probe bundles/phi-3 --states states --sweep", "every layer and pooling compared by sources left out of training, the best trained"),
            new("train probe bundles/phi-3 --states states --pooling rolling --layers 16 --leave-one-source-out", "one network, and what it finds of sources it never saw"),
            new("train probe bundles/phi-3 --states states --stage response --pooling meanstate --layers final", "does the answer comply? from its first three tokens"),
            new("train probe bundles/phi-3 --states states --design ensemble.json", "an ensemble, written as in a recipe"))
    {
        Add(bundle);
        Add(states);
        probe.AddTo(this);
        sweep.AddTo(this);
        benign.AddTo(this);
        Add(markdown);
        Add(reports);
        force.AddTo(this);
    }

    public override bool IsResumable => true;

    protected override Task<int> RunAsync(VerbCall call)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = InstrumentedFolder.Check(call.Get(bundle));
        using var store = CollectedStates.Open(call, call.Get(states)!);
        using var progress = new ProgressLine(call.Terminal);
        var training = new BundleProbeTrainer(store, folder)
        {
            PilotTokens = probe.PilotTokens(call),
            Overwrite = force.IsGiven(call),
            Label = probe.Label(call),
            Benign = benign.Read(call),
            RowsPerFold = sweep.RowsPerFold(call),
            MaxFalsePositiveRate = sweep.MaxFalsePositiveRate(call),
        };
        if (sweep.Shard(call) is { Of: > 1 } part)
        {
            var (done, of) = training.SweepPart(sweep.Plan(call, probe), probe.Name(call), probe.Stage(call), part, progress, call.CancellationToken);
            progress.Dispose();
            var document = new SweepPartDocument(part.Part, part.Of, done, of);
            if (call.IsJson)
                call.WriteJson(document, ProbeJson.Default);
            else
                document.Write(call.Terminal);
            return Task.FromResult(ExitCodes.Done);
        }

        var named = sweep.IsSweep(call) ? null : probe.Read(call, training.LayersOf);
        var outcome = named is null
            ? training.Sweep(sweep.Plan(call, probe), probe.Name(call), probe.Stage(call), !sweep.IsSweepOnly(call), progress, call.CancellationToken)
            : training.Train(named, sweep.LeavesSourcesOut(call), progress, call.CancellationToken);
        progress.Dispose();
        if (outcome.MaxFalsePositiveRate > training.MaxFalsePositiveRate)
        {
            call.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"figures are at {100 * outcome.MaxFalsePositiveRate:0.###}% everyday false positives: the everyday validation rows can't show {100 * training.MaxFalsePositiveRate:0.###}%, {ConformalThreshold.RowsNeeded(training.MaxFalsePositiveRate):N0} are needed. Collect more, or name more with --everyday-sets."));
        }

        Write(call, outcome, Stopwatch.GetElapsedTime(started));
        return Task.FromResult(ExitCodes.Done);
    }

    private void Write(VerbCall call, ProbeOutcome outcome, TimeSpan time)
    {
        var tables = ProbeTables.Of(outcome);
        if (call.Get(markdown) is { } file)
            AtomicFile.WriteText(file, MarkdownReport.Write(tables));
        var folder = call.Get(reports) ?? Path.Combine(call.Get(bundle), ProbeReport.Folder);
        var files = ProbeReport.Write(outcome, folder);
        var name = outcome.Probe.Design.Name;
        var design = ProbeReport.DesignOf(folder, name);
        if (call.IsJson)
        {
            call.WriteJson(ProbeDocument.Of(outcome, design, files, time), ProbeJson.Default);
            return;
        }

        foreach (var table in tables)
            TableView.Write(call.Terminal, table);
        var facts = new FactGrid();
        facts.Add(outcome.Sweep is null ? "probe" : "chosen", outcome.Probe.Design.Describe());
        if (outcome.Record is { } record)
            facts.Add("graph", Path.Combine(call.Get(bundle), record.Description.File));
        facts.Add("plots", string.Join(", ", files.Where(f => f.EndsWith(".svg", StringComparison.Ordinal))));
        facts.Add("time", Durations.Show(time));
        facts.Add(outcome.Record is null ? "train it" : "again", TrainCommand.Of(call.Get(bundle), call.Get(states)!, design, probe.PilotTokens(call), benign.Read(call), replaces: outcome.Record is not null));
        if (outcome.Record is not null)
            facts.Add("next", $"safeswitch calibrate {call.Get(bundle)} --states {call.Get(states)}");
        facts.WriteTo(call.Terminal);
    }
}
