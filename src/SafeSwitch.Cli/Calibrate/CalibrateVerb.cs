using System.CommandLine;
using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Cli.Train;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Policies;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Pipeline;
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
    private readonly Option<string> adapter = new("--adapter") { Description = "The adapter that refuses; it need not be there for another --intervention", HelpName = "NAME", DefaultValueFactory = _ => AdapterRecord.Refusal };
    private readonly Option<string[]> remove = new("--remove-policy") { Description = "Policies that the bundle is to lose", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> name = new("--name") { Description = "The model's name in the bundle; by default the one it has, or the folder's" };
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also write the tables as Markdown", HelpName = "FILE.md" };
    private readonly Option<int> threads = new Option<int>("--threads") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount }.WithinRangeOf<int, BundleCalibrator>(nameof(BundleCalibrator.Threads));

    private readonly ForceOption force = new("thresholds that a policy has of this probe");

    public CalibrateVerb()
        : base(
            "calibrate",
            "Chooses thresholds on held-out rows for a stated bound on false positives, and writes safeswitch.json: the folder is then a bundle",
            new("calibrate bundles/phi-3 --states states/phi-3 --max-false-positive 0.01", "at most one everyday request in a hundred is flagged"),
            new("calibrate bundles/phi-3 --states states/phi-3 --set-bound long=0.05 --source-bound xstest=0.1", "and with bounds of their own for two kinds of request"),
            new("calibrate bundles/phi-3 --audit logs/audit.jsonl --max-false-positive 0.005 -o thresholds.json", "a threshold by your own traffic, as settings for your host"),
            new("calibrate bundles/phi-3 --states states/phi-3 --policy children=0.05 adults=0.005 --default-policy children", "policies of your own"),
            new("calibrate bundles/phi-3 --states states/bank --prompt-probe invest --prompt-only --policy balanced=0.02 --intervention FixedRefusal --fixed-refusal \"We give no investment advice.\"", "a second guard in a policy that stands, with words of its own"))
    {
        Add(bundle);
        Add(states);
        audit.AddTo(this);
        calibration.AddTo(this);
        benign.AddTo(this);
        foreach (var option in new Option[] { prompt, response, promptOnly, adapter, remove, name, markdown, threads })
            Add(option);
        force.AddTo(this);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        if (calibration.Threshold(call) is { } threshold)
            return Task.FromResult(Publish(call, threshold));
        if (call.Has(states) == audit.IsAsked(call))
            throw new UsageException("Thresholds are chosen on collected states or on an audit of your traffic: give one of --states and --audit, or a --threshold as it was published.");
        if (audit.IsAsked(call))
            return Task.FromResult(audit.Run(call, call.Get(bundle)!, calibration.Rate(call)));
        var folder = InstrumentedFolder.Check(call.Get(bundle));
        var chosen = calibration.Read(call);
        CalibrationOutcome outcome;
        using (var progress = new ProgressLine(call.Terminal))
        {
            using var store = CollectedStates.Open(call, call.Get(states)!);
            var refuses = chosen.Intervention is null or Intervention.RefusalAdapter;
            var parts = TrainedParts.Find(folder, call.Get(prompt), call.Get(response), call.Get(promptOnly), refuses || call.Has(adapter) ? call.Get(adapter) : null);
            var options = chosen with
            {
                Benign = benign.Read(call),
                Stages = parts.Response is null ? GuardStages.Prompt : GuardStages.PromptAndResponse,
            };
            outcome = new BundleCalibrator(store, folder) { Name = call.Get(name), Threads = call.Get(threads), Overwrite = force.IsGiven(call), SetsDefault = calibration.SetsDefault(call), Remove = call.Get(remove) ?? [] }.Calibrate(parts, options, progress, call.CancellationToken);
        }

        WarnOfRows(call, outcome);
        WarnOfTooFewRows(call, outcome);
        WarnOfTooFewAnswers(call, outcome);
        Write(call, outcome);
        return Task.FromResult(ExitCodes.Done);
    }

    private int Publish(VerbCall call, double threshold)
    {
        if (call.Has(states) || audit.IsAsked(call))
            throw new UsageException("--threshold: found beside --states or --audit, expected one of them: a threshold is given, or chosen.");
        var folder = InstrumentedFolder.Check(call.Get(bundle));
        var chosen = calibration.ReadNames(call);
        var refuses = chosen.Intervention is null or Intervention.RefusalAdapter;
        var parts = TrainedParts.Find(folder, call.Get(prompt), call.Get(response), call.Get(promptOnly), refuses || call.Has(adapter) ? call.Get(adapter) : null);
        var published = BundleCalibrator.Publish(folder, parts, threshold, chosen with { Stages = parts.Response is null ? GuardStages.Prompt : GuardStages.PromptAndResponse }, force.IsGiven(call));
        call.Warn("the threshold was given, not chosen on rows: nothing says how many requests it flags. Measure it with evaluate");
        if (call.IsJson)
        {
            call.WriteJson(new CalibrationDocument(published.Folder, published.Manifest.DefaultPolicy, published.Manifest.Probes, published.Manifest.Provenance!.Metrics), CalibrationJson.Default);
            return ExitCodes.Done;
        }

        var facts = new FactGrid();
        facts.Add("bundle", published.Folder);
        facts.Add("policies", string.Join(", ", published.Manifest.Policies.Keys));
        facts.Add("next", $"safeswitch ask {call.Get(bundle)} \"How do I pick a lock?\", or: safeswitch evaluate {call.Get(bundle)} --suite SUITE.json -o REPORT");
        facts.WriteTo(call.Terminal);
        return ExitCodes.Done;
    }

    private static void WarnOfRows(VerbCall call, CalibrationOutcome outcome)
    {
        if (outcome.LearnedRows > 0)
            call.Warn($"{outcome.LearnedRows:N0} of the held-out rows were also learned from: the same requests stand among the train rows. What is found of them shows nothing, and thresholds chosen on them promise too much: take them out of one of the two");
        if (outcome.UnknownSources.Count > 0)
            call.Warn($"'{outcome.PromptProbe}' learned from no row of these sources ({string.Join(", ", outcome.UnknownSources)}): if they are about something else, its thresholds mean nothing. Another probe, or other states, may be meant");
    }

    // With too few complying answers only a threshold of 0 keeps the bound: the stage then clears nothing, and its pilot is paid for all the same.
    private static void WarnOfTooFewAnswers(VerbCall call, CalibrationOutcome outcome)
    {
        if (outcome.ResponseProbe is null)
            return;
        var (complying, missed) = (outcome.ResponseRows.Count(r => r.Positive), outcome.Calibration.MaxMissedResponses);
        var needed = ConformalThreshold.RowsNeeded(missed);
        if (complying < needed)
        {
            call.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"the response stage clears nothing: {complying:N0} complying answers can't show that at most {100 * missed:0.###}% are missed, {needed:N0} are needed. What the prompt stage flags is refused, after a pilot that tells nothing. Collect more answers, ask for --max-missed {1.0 / (complying + 1):0.###} or more, or decide by --prompt-only."));
        }
    }

    // With too few rows no threshold below 1 keeps the bound: the guard is then off, and must not pass for on.
    private static void WarnOfTooFewRows(VerbCall call, CalibrationOutcome outcome)
    {
        foreach (var record in outcome.Bundle.Manifest.Probes.First(p => p.Name == outcome.PromptProbe).Calibration.Where(c => outcome.Calibration.Bounds.Any(b => b.Policy == c.Policy)))
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
