using System.CommandLine;
using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Cli.Train;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Policies;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Cli.Calibrate;

/// <summary>Thresholds for stated bounds, and <c>safeswitch.json</c>: the folder is a bundle from then on.</summary>
internal sealed class CalibrateVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "The instrumented model's folder, with a trained probe and adapter" };
    private readonly Option<string?> states = new("--states") { Description = "The collected states; their validation rows are what thresholds are chosen on", HelpName = "STATES" };
    private readonly AuditCalibration audit = new();
    private readonly CalibrationOptionSet calibration = new();
    private readonly BenignOptionSet benign = new();
    private readonly Option<string?> prompt = new("--prompt-probe") { Description = "The probe that looks at the prompt; by default the only one", HelpName = "NAME" };
    private readonly Option<string?> response = new("--response-probe") { Description = "The probe that looks at the answer's first tokens; by default the only one, if there is one", HelpName = "NAME" };
    private readonly Option<bool> promptOnly = new("--prompt-only") { Description = "Decide by the prompt alone" };
    private readonly Option<string?> name = new("--name") { Description = "The model's name in the bundle; by default the one it has, or the folder's" };
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also write the tables as Markdown", HelpName = "FILE.md" };
    private readonly Option<int> threads = new Option<int>("--threads") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount }.WithinRangeOf<int, BundleCalibrator>(nameof(BundleCalibrator.Threads));

    public CalibrateVerb()
        : base(
            "calibrate",
            "Chooses thresholds on held-out rows for a stated bound on false positives, and writes safeswitch.json: the folder is then a bundle",
            new("calibrate bundles/phi-3 --states states/phi-3 --max-false-positive 0.01", "at most one everyday request in a hundred is flagged"),
            new("calibrate bundles/phi-3 --states states/phi-3 --set-bound long=0.05 --source-bound xstest=0.1", "and with bounds of their own for two kinds of request"),
            new("calibrate bundles/phi-3 --audit logs/audit.jsonl --max-false-positive 0.005 -o thresholds.json", "a threshold by your own traffic, as settings for your host"),
            new("calibrate bundles/phi-3 --states states/phi-3 --policy children=0.05 adults=0.005 --default-policy children", "policies of your own"))
    {
        Add(bundle);
        Add(states);
        audit.AddTo(this);
        calibration.AddTo(this);
        benign.AddTo(this);
        foreach (var option in new Option[] { prompt, response, promptOnly, name, markdown, threads })
            Add(option);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        if (call.Has(states) == audit.IsAsked(call))
            throw new UsageException("Thresholds are chosen on collected states or on an audit of your traffic: give one of --states and --audit.");
        if (audit.IsAsked(call))
            return Task.FromResult(audit.Run(call, call.Get(bundle)!, calibration.Rate(call)));
        var folder = InstrumentedFolder.Check(call.Get(bundle));
        CalibrationOutcome outcome;
        using (var progress = new ProgressLine(call.Terminal))
        {
            using var store = StateStore.Open(call.Get(states)!);
            var parts = TrainedParts.Find(folder, call.Get(prompt), call.Get(response), call.Get(promptOnly));
            var options = calibration.Read(call) with
            {
                Benign = benign.Read(call),
                Stages = parts.Response is null ? GuardStages.Prompt : GuardStages.PromptAndResponse,
            };
            outcome = new BundleCalibrator(store, folder) { Name = call.Get(name), Threads = call.Get(threads) }.Calibrate(parts, options, progress, call.CancellationToken);
        }

        WarnOfTooFewRows(call, outcome);
        Write(call, outcome);
        return Task.FromResult(ExitCodes.Done);
    }

    // With too few rows no threshold below 1 keeps the bound: the guard is then off, and must not pass for on.
    private static void WarnOfTooFewRows(VerbCall call, CalibrationOutcome outcome)
    {
        foreach (var record in outcome.Bundle.Manifest.Probes.First(p => p.Stage == MonitorStage.Prompt).Calibration)
        {
            var needed = ConformalThreshold.RowsNeeded(record.MaxFalsePositiveRate);
            if (record.HarmlessRows < needed)
            {
                call.Warn(string.Create(
                    CultureInfo.InvariantCulture,
                    $"policy {record.Policy} flags nothing: {record.HarmlessRows:N0} everyday rows can't show a bound of {100 * record.MaxFalsePositiveRate:0.###}%, {needed:N0} are needed. Collect more, name more with --everyday-sets, or ask for at least {100.0 / (record.HarmlessRows + 1):0.##}%."));
            }
        }
    }

    private void Write(VerbCall call, CalibrationOutcome outcome)
    {
        var tables = CalibrationTables.Of(outcome);
        if (call.Get(markdown) is { } file)
            AtomicFile.WriteText(file, MarkdownReport.Write(tables));
        if (call.IsJson)
        {
            call.WriteJson(CalibrationDocument.Of(outcome), CalibrationJson.Default);
            return;
        }

        foreach (var table in tables)
            TableView.Write(call.Terminal, table);
        var facts = new FactGrid();
        facts.Add("bundle", outcome.Bundle.Folder);
        facts.Add("next", $"safeswitch ask {call.Get(bundle)} \"How do I pick a lock?\", or: safeswitch evaluate {call.Get(bundle)} --suite SUITE.json -o REPORT");
        facts.WriteTo(call.Terminal);
    }
}
