using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>What a report calls seen and never seen comes from the bundle, row by row, whatever else is in the evaluated files.</summary>
public sealed class ExposureTests : IDisposable
{
    private readonly TestBundle bundle = TestBundle.Create();

    private IReadOnlyList<DataRow> Rows => [.. DataReader.Read(bundle.Rows(24))];

    [Fact]
    public void A_bundle_that_says_nothing_leaves_it_open()
    {
        var exposures = RowExposures.Of(Bundle.Open(bundle.Folder));
        Assert.False(exposures.KnowsSources);
        Assert.All(Rows, r => Assert.Equal(RowExposure.Unknown, exposures.Of(r)));
    }

    [Fact]
    public void A_bundle_that_names_its_sources_tells_those_never_used()
    {
        Describe(m => m with
        {
            Provenance = new Provenance { Tool = "test", Seed = 1, DataSets = [new DataSetRecord { Name = "a.jsonl", Sha256 = new string('a', 64), Rows = 1, Licences = new Dictionary<string, string> { ["s1"] = "MIT" } }] },
        });
        var exposures = RowExposures.Of(Bundle.Open(bundle.Folder));
        Assert.False(exposures.KnowsRows);
        Assert.All(Rows, r => Assert.Equal(r.Source == "s1" ? RowExposure.SourceSeen : RowExposure.NeverSeen, exposures.Of(r)));
    }

    [Fact]
    public async Task A_bundle_that_names_its_rows_tells_each_one_whatever_file_and_split_it_comes_in()
    {
        var rows = Rows;
        var (trained, calibrated) = (rows.Where(r => r.Source == "s1").Take(2).ToList(), rows.Where(r => r.Source == "s1").Skip(2).Take(1).ToList());
        Name(trained, calibrated);
        var copy = trained[0] with { Id = "copy", Set = "elsewhere", Source = "nobody", Split = DataSplits.Test };
        IReadOnlyList<DataRow> asked = [.. rows, copy];

        var evaluated = await TestEvaluation.RunAsync(bundle, asked, new EvaluationFiles { Path = Path.Combine(bundle.Root, "out.jsonl") });

        Assert.All(asked.Zip(evaluated), r => Assert.Equal(
            trained.Contains(r.First) || r.First == copy ? RowExposure.Trained
            : calibrated.Contains(r.First) ? RowExposure.HeldOut
            : r.First.Source == "s1" ? RowExposure.SourceSeen
            : RowExposure.NeverSeen,
            r.Second.Exposure));
        var summary = EvaluationSummary.Of(evaluated, new EvaluationOptions { Policies = Bundle.Open(bundle.Folder).Manifest.Policies, CheckedPolicy = "balanced" });
        Assert.Equal(3, summary.Exposure.Trained);
        Assert.Equal(3, summary.Groups.Where(g => g.Name == "plain, trained on").Sum(g => g.Rows));
        Assert.StartsWith("# t\n\nThis is not a test: 3 of the requests were trained on.", ReportText.Markdown(Reports.SampleReport.Report(summary, "t")), StringComparison.Ordinal);

        // Other rows trained on: what stands in the file is told anew.
        Name([], calibrated);
        var again = await TestEvaluation.RunAsync(bundle, asked, new EvaluationFiles { Path = Path.Combine(bundle.Root, "out.jsonl") });
        Assert.DoesNotContain(again, r => r.Exposure == RowExposure.Trained);
    }

    [Fact]
    public void Rows_that_are_not_those_that_the_bundle_names_are_refused()
    {
        Name([.. Rows.Take(2)], []);
        File.AppendAllText(Path.Combine(bundle.Folder, "trained.json"), " ");
        Assert.Contains("trained.json", Assert.Throws<DataException>(() => RowExposures.Of(Bundle.Open(bundle.Folder))).Message, StringComparison.Ordinal);

        // Served without the file: what is not known is not guessed.
        File.Delete(Path.Combine(bundle.Folder, "trained.json"));
        Assert.False(RowExposures.Of(Bundle.Open(bundle.Folder)).KnowsRows);
    }

    public void Dispose() => bundle.Dispose();

    private void Name(IReadOnlyList<DataRow> trained, IReadOnlyList<DataRow> calibrated)
    {
        var (learned, chosen) = (UsedRows.Of(trained.Select(r => (r, RowUse.Trained))), UsedRows.Of(calibrated.Select(r => (r, RowUse.Calibrated))));
        var (first, second) = (learned.WriteTo(bundle.Folder, "trained.json"), chosen.WriteTo(bundle.Folder, "calibrated.json"));
        Describe(m => m with
        {
            Probes = [.. m.Probes.Select(p => p with { TrainedRows = first, CalibratedRows = second })],
            Adapters = [.. m.Adapters.Select(a => a with { TrainedRows = first })],
        });
    }

    private void Describe(Func<BundleManifest, BundleManifest> change) => Bundle.Write(bundle.Folder, change(Bundle.Open(bundle.Folder).Manifest));
}
