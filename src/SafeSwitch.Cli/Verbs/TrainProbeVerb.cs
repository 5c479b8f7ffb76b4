using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Cli.Terminals;
using SafeSwitch.Cli.Training;
using SafeSwitch.Toolkit.Collection;
using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Reports;
using SafeSwitch.Toolkit.Training.Probes;

namespace SafeSwitch.Cli.Verbs;

/// <summary>A probe from collected states; layers and poolings compared first, if wanted.</summary>
internal sealed class TrainProbeVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "The instrumented model's folder; the probe goes to its probes/" };
    private readonly Option<string> states = new("--states") { Description = "The collected states", HelpName = "STATES", Required = true };
    private readonly ProbeOptionSet probe = new();
    private readonly SweepOptionSet sweep = new();
    private readonly Option<string[]> everyday = new("--everyday-sets") { Description = "Data files, without extension, whose harmless rows stand for everyday requests; by default harmless, or all", HelpName = "SET", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also write the tables as Markdown", HelpName = "FILE.md" };

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
        Add(everyday);
        Add(markdown);
    }

    public override bool IsResumable => true;

    protected override Task<int> RunAsync(VerbCall call)
    {
        var started = Stopwatch.GetTimestamp();
        var folder = InstrumentedFolder.Check(call.Get(bundle));
        using var store = StateStore.Open(call.Get(states)!);
        using var progress = new ProgressLine(call.Terminal);
        var training = new ProbeTask(store, folder, progress, call.CancellationToken)
        {
            PilotTokens = probe.PilotTokens(call),
            EverydaySets = call.Has(everyday) ? call.Get(everyday) : null,
            RowsPerFold = sweep.RowsPerFold(call),
        };
        var outcome = sweep.IsSweep(call)
            ? training.Sweep(sweep.Plan(call, probe), probe.Name(call), probe.Stage(call), trains: !sweep.IsSweepOnly(call))
            : training.Train(probe.Read(call, training.Layers), sweep.LeavesSourcesOut(call));
        progress.Dispose();
        Write(call, outcome, Stopwatch.GetElapsedTime(started));
        return Task.FromResult(ExitCodes.Done);
    }

    private void Write(VerbCall call, ProbeOutcome outcome, TimeSpan time)
    {
        var tables = ProbeTables.Of(outcome);
        if (call.Get(markdown) is { } file)
            WholeFile.WriteText(file, MarkdownReport.Write(tables));
        if (call.IsJson)
        {
            call.WriteJson(ProbeDocument.Of(outcome, plots: [], time));
            return;
        }

        foreach (var table in tables)
            TableView.Write(call.Terminal, table);
        var written = outcome.Record is { } record ? $"{record.Description.File}: " : "";
        call.Terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{written}{outcome.Design.Describe()}, in {Durations.Show(time)}."));
    }
}
