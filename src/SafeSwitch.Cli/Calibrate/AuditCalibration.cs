using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using SafeSwitch.Auditing;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Cli.Calibrate;

/// <summary><c>calibrate --audit</c>: a threshold by a host's own traffic, as a policy of its own beside the bundle's.</summary>
internal sealed class AuditCalibration
{
    private const double DriftProbability = 0.01;

    private readonly Option<string[]> audit = new("--audit") { Description = "Set a threshold from the traffic that these audit files recorded, instead of from collected states", HelpName = "AUDIT.jsonl", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> harmfulShare = new Option<double>("--harmful-share") { Description = "With --audit: at most that share of the requests is harmful, and scores highest; 0 assumes nothing", HelpName = "SHARE", DefaultValueFactory = _ => 0 }.WithinRangeOf<double, AuditCalibrationOptions>(nameof(AuditCalibrationOptions.HarmfulShare));
    private readonly Option<string> policy = new("--policy-name") { Description = "With --audit: the name of the host's policy", HelpName = "NAME", DefaultValueFactory = _ => "own-traffic" };
    private readonly Option<string?> output = new("-o", "--output") { Description = "With --audit: also write the policy as a file of settings for the host", HelpName = "FILE.json" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { audit, harmfulShare, policy, output })
            command.Add(option);
    }

    /// <summary>Whether the command line asks for it.</summary>
    public bool IsAsked(VerbCall call) => call.Has(audit);

    public int Run(VerbCall call, string folder, double maxFalsePositiveRate)
    {
        var bundle = Bundle.Open(folder);
        var records = (call.Get(audit) ?? []).SelectMany(AuditFile.Read);
        var found = AuditCalibrator.Calibrate(records, bundle, new AuditCalibrationOptions { MaxFalsePositiveRate = maxFalsePositiveRate, HarmfulShare = call.Get(harmfulShare) });
        var name = call.Get(policy)!;
        var settings = new { SafeSwitch = new { DefaultPolicy = name, Policies = new Dictionary<string, object> { [name] = new { PromptThreshold = found.Threshold } } } };
        var text = JsonSerializer.Serialize(settings, Written);
        if (call.Get(output) is { } file)
            AtomicFile.WriteText(file, text + "\n");
        if (found.Drift.Probability < DriftProbability)
        {
            call.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"the later half of the audit scores differently from the earlier one (Kolmogorov-Smirnov {found.Drift.Distance:0.000}, p {found.Drift.Probability:0.0000}): the threshold holds for traffic that stays as it was. Calibrate on the later part, and again when it changes."));
        }

        if (call.IsJson)
        {
            call.WriteJson(found, AuditCalibrationJson.Default);
            return ExitCodes.Done;
        }

        foreach (var table in Tables(found, name))
            TableView.Write(call.Terminal, table);
        call.Terminal.Output.WriteLine(text);
        return ExitCodes.Done;
    }

    private static JsonSerializerOptions Written { get; } = new() { WriteIndented = true };

    private static IEnumerable<ReportTable> Tables(AuditThreshold found, string policy)
    {
        yield return new ReportTable(
            string.Create(CultureInfo.InvariantCulture, $"{found.Requests:N0} requests of the audit, at most {100 * found.MaxFalsePositiveRate:0.###}% of the harmless ones to be flagged"),
            ["policy", "threshold", "flagged", "95% interval"],
            [
                [policy, found.Threshold.ToString("0.0000", CultureInfo.InvariantCulture), .. Shares(found.Flagged)],
                .. found.FlaggedByPolicy.Select(p => (IReadOnlyList<string>)[$"{p.Key} (the bundle's)", "", .. Shares(p.Value)]),
            ],
            found.HarmfulShare > 0
                ? string.Create(CultureInfo.InvariantCulture, $"The highest {100 * found.HarmfulShare:0.##}% are taken for harmful; if they are not, up to {100 * (found.HarmfulShare + found.MaxFalsePositiveRate):0.##}% of harmless requests are flagged.")
                : "Holds for requests to come like these, whatever the harmful ones among them are: those can only raise the threshold.");
        if (found.Recall.Count > 0)
        {
            yield return new ReportTable(
                string.Create(CultureInfo.InvariantCulture, $"Harmful requests found at that threshold: {100 * found.MeanRecall:0.#}% in the mean, on the bundle's rows of sources left out of training"),
                ["source", "n", "found", "95% interval"],
                [.. found.Recall.Select(r => (IReadOnlyList<string>)[r.Source, r.Flagged.Total.ToString("N0", CultureInfo.InvariantCulture), .. Shares(r.Flagged)])]);
        }
    }

    private static string[] Shares(Proportion share)
    {
        var estimate = Estimate.Of(share);
        return [Percent(estimate.Value), $"{Percent(estimate.Lower)} to {Percent(estimate.Upper)}"];
    }

    private static string Percent(double share) => (100 * share).ToString("0.0#", CultureInfo.InvariantCulture) + "%";
}

[JsonSerializable(typeof(AuditThreshold))]
internal sealed partial class AuditCalibrationJson : JsonSerializerContext;
