using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Probes;
using SafeSwitch.Policies;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Evaluation.Tests.Reports;

/// <summary>The plots of <c>train probe</c>, read back from the file.</summary>
public partial class ProbePlotTests
{
    // The area of the data: from 62 across, from 74 down.
    private const double Left = 62, Top = 74;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly string[] Layers = ["hidden_states.4", "hidden_states.12", "hidden_states"];

    [Fact]
    public void A_sweep_has_a_mark_for_every_design_of_one_layer_where_its_recall_says()
    {
        var sweep = Sweep();
        var svg = XElement.Parse(SweepPlot.Draw(sweep, 0.01));
        const double bottom = 520 - 56, width = 740 - 24 - Left;

        // The axis ends at 100%, as the best interval nearly does.
        var marks = Marks(svg).Where(m => m.X < 740).ToList();
        Assert.Equal(6, marks.Count);
        foreach (var (row, place) in sweep.Rows.Take(6).Zip(marks))
        {
            Assert.Equal(bottom - (bottom - Top) * row.MeanRecall.Value, place.Y, 0.01);
            var layer = Array.IndexOf(Layers, row.Design.Members[0].Layers[0]);
            Assert.Equal(Left + width * (layer + 0.5) / 3, place.X, 0.05 * width / 3);
        }

        var texts = Texts(svg);
        foreach (var text in (string[])["4", "12", "final", "last", "rolling(10)", "chosen: average of rolling(10) 12, last final, 90% [85, 95]", "Mean recall at 1% everyday false positives, by layer"])
            Assert.Contains(text, texts);
        Assert.Contains("each of 2 sources while it was left out of training; 95% bootstrap intervals", texts);
    }

    [Fact]
    public void A_sweep_of_ensembles_alone_has_no_plot()
    {
        var sweep = Sweep();
        Assert.True(SweepPlot.Fits(sweep));
        Assert.False(SweepPlot.Fits(sweep with { Rows = [sweep.Chosen] }));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(20)]
    public void Recall_is_drawn_for_all_rows_and_each_source_and_the_bound_where_it_can_be_kept(int everyday)
    {
        var rows = Rows(everyday);
        var figures = ProbeFigures.Of(rows.Rows, rows.Scores, Benign, 0.01);
        var svg = XElement.Parse(RocPlot.Draw("prompt", rows, figures));

        var texts = Texts(svg);
        Assert.Contains("all positive rows", texts);
        Assert.Contains(texts, t => t.StartsWith("bad & mean (40): ", StringComparison.Ordinal));
        Assert.Contains(texts, t => t.StartsWith("worse (40): ", StringComparison.Ordinal));
        var isPossible = everyday >= 99;
        Assert.Equal(isPossible, texts.Any(t => t.StartsWith("Recall ", StringComparison.Ordinal) && t.EndsWith("at 1% everyday false positives", StringComparison.Ordinal)));
        Assert.Equal(isPossible ? 1 : 0, Marks(svg).Count);
        if (isPossible)
            Assert.Equal(464 - 390 * figures.RecallAtBound.Value, Marks(svg)[0].Y, 0.01);
    }

    [Fact]
    public void Calibration_has_a_mark_and_a_count_for_every_bin_that_holds_rows()
    {
        var rows = Rows(200);
        var svg = XElement.Parse(CalibrationPlot.Draw("prompt", rows.Scores, rows.Positive, new Estimate(0.1, 0.05, 0.2)));

        var bins = CalibrationError.Bins(rows.Scores, rows.Positive, 10);
        const double floor = 620 - 56 - 80;
        Assert.Equal(bins.Count, Marks(svg).Count);
        foreach (var (bin, mark) in bins.Zip(Marks(svg)))
        {
            Assert.Equal(Left + (640 - 24 - Left) * bin.MeanScore, mark.X, 0.01);
            Assert.Equal(floor - (floor - Top) * bin.FractionPositive, mark.Y, 0.01);
        }

        Assert.Superset(bins.Select(b => b.Rows.ToString("N0", CultureInfo.InvariantCulture)).ToHashSet(), Texts(svg).ToHashSet());
    }

    [Fact]
    public void A_file_scales_is_described_in_words_and_is_the_same_each_time()
    {
        var text = SweepPlot.Draw(Sweep(), 0.01);
        var svg = XElement.Parse(text);
        Assert.Equal($"0 0 {svg.Attribute("width")!.Value} {svg.Attribute("height")!.Value}", (string?)svg.Attribute("viewBox"));
        Assert.StartsWith(svg.Element(Svg + "title")!.Value, (string?)svg.Attribute("aria-label"), StringComparison.Ordinal);
        Assert.All(svg.DescendantsAndSelf(), e => Assert.Equal(Svg, e.Name.Namespace));
        Assert.Equal(text, SweepPlot.Draw(Sweep(), 0.01));
    }

    private static List<string> Texts(XElement svg) => [.. svg.Descendants(Svg + "text").Select(t => t.Value)];

    private static List<(double X, double Y)> Marks(XElement svg) =>
        [.. svg.Descendants(Svg + "path")
            .Where(p => ((string?)p.Attribute("class"))?.StartsWith("mark ", StringComparison.Ordinal) == true)
            .Select(p => Translation().Match((string)p.Attribute("transform")!))
            .Select(m => (double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)))];

    private static SweepResult Sweep()
    {
        SweepRow[] rows =
        [
            Row(0.3, new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = [Layers[0]] }),
            Row(0.4, new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = [Layers[1]] }),
            Row(0.55, new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = [Layers[2]] }),
            Row(0.5, new ProbeMemberDesign { Pooling = ProbePooling.Rolling, Layers = [Layers[0]] }),
            Row(0.7, new ProbeMemberDesign { Pooling = ProbePooling.Rolling, Layers = [Layers[1]] }),
            Row(0.6, new ProbeMemberDesign { Pooling = ProbePooling.Rolling, Layers = [Layers[2]] }),
            Row(0.9, new ProbeMemberDesign { Pooling = ProbePooling.Rolling, Layers = [Layers[1]] }, new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = [Layers[2]] }),
        ];
        return new SweepResult(rows, rows[^1], [SweepFold.Nothing, new SweepFold("a", ["a"]), new SweepFold("b", ["b"])]);
    }

    private static SweepRow Row(double recall, params ProbeMemberDesign[] members) => new()
    {
        Design = new ProbeDesign { Name = "prompt", Stage = MonitorStage.Prompt, Members = members },
        MeanRecall = new Estimate(recall, recall - 0.05, recall + 0.05),
        MeanAreaUnderCurve = new Estimate(0.9, 0.8, 0.95),
        LeftOut = [new SweepFigure("a", "harmful", true, new Proportion(3, 10)), new SweepFigure("b", "harmful", true, new Proportion(5, 10))],
        Figures = [new SweepFigure(SweepFold.Nothing.Name, "harmless", false, new Proportion(1, 50))],
    };

    private static BenignRule Benign { get; } = new() { Sets = ["set"] };

    private static ScoredRows Rows(int everyday)
    {
        List<(ProbeRow Row, float Score)> rows =
        [
            .. Enumerable.Range(0, everyday).Select(i => (Of("good", false), 0.6f * i / everyday)),
            .. Enumerable.Range(0, 40).Select(i => (Of("bad & mean", true), 0.3f + 0.69f * i / 40)),
            .. Enumerable.Range(0, 40).Select(i => (Of("worse", true), 0.5f + 0.49f * i / 40)),
        ];
        return new ScoredRows([.. rows.Select(r => r.Row)], [.. rows.Select(r => r.Score)], Benign);

        static ProbeRow Of(string source, bool positive) => new() { Id = "", Positive = positive, Source = source, Set = "set", Split = "validation" };
    }

    [GeneratedRegex(@"translate\(([\d.]+) ([\d.]+)\)")]
    private static partial Regex Translation();
}
