using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using SafeSwitch.Auditing;
using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.Training.Calibration;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>
/// Whether the bound of <c>calibrate --audit</c> holds on traffic that training never saw: each everyday source of a bundle is taken for a host's.
/// Its rows were scored by networks that never saw it; half of them are the audit, the other half what comes afterwards.
/// </summary>
internal static class AuditHoldout
{
    // Below that a half can show no bound of 1%.
    private const int FewestRows = 240;

    public static Command Command()
    {
        var folder = new Argument<string>("bundle") { Description = "A bundle whose probe was cross-fitted by source" };
        var sources = new Option<string[]>("--sources") { Description = "Everyday sources; by default all that are large enough", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var bound = new Option<double>("--max-false-positive") { Description = "The bound", DefaultValueFactory = _ => 0.01 };
        var rounds = new Option<int>("--rounds") { Description = "Random halves", DefaultValueFactory = _ => 40 };
        var command = new Command("audit", "Whether a threshold set on one half of a source that training never saw keeps its bound on the other half.") { folder, sources, bound, rounds };
        command.SetAction(call => Run(call.GetValue(folder)!, call.GetValue(sources)!, call.GetValue(bound), call.GetValue(rounds)));
        return command;
    }

    private static void Run(string folder, string[] sources, double bound, int rounds)
    {
        var bundle = Bundle.Open(folder);
        var lines = File.ReadLines(Path.Combine(folder, "probes", "prompt.scores.jsonl")).Select(l => JsonSerializer.Deserialize<Line>(l, JsonSerializerOptions.Web)!).Where(l => !l.Harmful);
        var hosts = lines.GroupBy(l => l.Source, l => l.Score)
            .Where(g => sources.Length > 0 ? sources.Contains(g.Key) : g.Count() >= FewestRows)
            .OrderBy(g => g.Key, StringComparer.Ordinal);
        var shipped = bundle.Manifest.Policies[bundle.Manifest.DefaultPolicy].PromptThreshold;
        Console.WriteLine($"bound {100 * bound:0.##}%, {rounds} random halves; flagged of the half that calibration did not see");
        Console.WriteLine("| source taken for a host's | rows | by the bundle's own threshold % | by the calibrated one, mean % | 90% of halves below % | recall, mean % |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        foreach (var host in hosts)
        {
            float[] scores = [.. host];
            var flagged = new List<double>();
            var recall = new List<double>();
            for (var round = 0; round < rounds; round++)
            {
                new Random(round).Shuffle(scores);
                var half = scores.Length / 2;
                var found = AuditCalibrator.Calibrate(scores[..half].Select((s, i) => Record(bundle, s, i)), bundle, new AuditCalibrationOptions { MaxFalsePositiveRate = bound });
                flagged.Add(scores[half..].Average(s => s >= found.Threshold ? 1.0 : 0));
                recall.Add(found.MeanRecall);
            }

            flagged.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {host.Key} | {scores.Length} | {100 * scores.Average(s => s >= shipped ? 1.0 : 0):0.0} | {100 * flagged.Average():0.0} | {100 * flagged[(int)(0.9 * (rounds - 1))]:0.0} | {100 * recall.Average():0} |"));
        }
    }

    private static AuditRecord Record(Bundle bundle, float score, int index) => new()
    {
        Time = DateTimeOffset.UnixEpoch.AddSeconds(index),
        Policy = "observe",
        Bundle = bundle.Digest,
        Model = "",
        PromptScore = score,
        Action = VerdictAction.Continue,
    };

    private sealed record Line(string Source, bool Harmful, float Score);
}
