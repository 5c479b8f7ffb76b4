using SafeSwitch.Toolkit.Calibration;

namespace SafeSwitch.Toolkit.Tests.Calibration;

public class CalibratorTests
{
    [Fact]
    public void Tighter_bounds_have_higher_thresholds_and_kinds_can_only_raise_them()
    {
        var random = new Random(3);
        var rows = new List<ScoredRow>();
        for (var i = 0; i < 500; i++)
            rows.Add(new ScoredRow(random.NextSingle() * 0.6f, false, "everyday", "harmless"));
        for (var i = 0; i < 200; i++)
            rows.Add(new ScoredRow(0.3f + random.NextSingle() * 0.7f, true, "bad", "harmful"));
        for (var i = 0; i < 100; i++)
            rows.Add(new ScoredRow(random.NextSingle() * 0.8f, false, "everyday", "long"));

        var plain = Calibrator.ForFalsePositives(rows, CalibrationBound.Usual, new EverydayRule());
        Assert.Equal(["permissive", "balanced", "strict"], plain.Select(r => r.Policy));
        Assert.True(plain[0].Threshold > plain[1].Threshold && plain[1].Threshold > plain[2].Threshold);
        Assert.All(plain, r => Assert.True(r.Flagged <= r.MaxFalsePositiveRate * 501));
        Assert.All(plain, r => Assert.Equal(500, r.HarmlessRows));
        Assert.True(plain[2].Recall > 0.5);

        var guarded = Calibrator.ForFalsePositives(
            rows, CalibrationBound.Usual, new EverydayRule(), new Dictionary<string, double> { ["long"] = 3 });
        Assert.True(guarded[1].Threshold > plain[1].Threshold);
    }

    [Fact]
    public void A_response_threshold_keeps_the_complying_answers()
    {
        var random = new Random(4);
        ScoredRow[] rows = [.. Enumerable.Range(0, 900).Select(i => i % 3 == 0
            ? new ScoredRow(random.NextSingle() * 0.5f, false, "s", "x")
            : new ScoredRow(0.2f + random.NextSingle() * 0.8f, true, "s", "x"))];
        var record = Assert.Single(Calibrator.ForMisses(rows, ["balanced"], maxMissed: 0.02));
        Assert.True(record.Recall >= 0.98);
        Assert.True(record.Flagged < record.HarmlessRows);
    }

    [Fact]
    public void Platt_scaling_recovers_the_log_odds()
    {
        var random = new Random(5);
        var logits = new List<float>();
        var labels = new List<bool>();
        for (var i = 0; i < 20_000; i++)
        {
            var truth = random.NextSingle() * 8 - 4;
            labels.Add(random.NextDouble() < 1 / (1 + Math.Exp(-truth)));
            logits.Add((truth - 0.5f) / 0.3f);
        }

        var (scale, offset) = PlattScaling.Fit(logits, labels);
        Assert.Equal(0.3, scale, 0.02);
        Assert.Equal(0.5, offset, 0.1);
    }

    [Fact]
    public void Platt_scaling_of_separable_rows_is_finite_and_keeps_their_order()
    {
        var (scale, offset) = PlattScaling.Fit([-50, -40, 30, 60], [false, false, true, true]);
        Assert.True(float.IsFinite(scale) && float.IsFinite(offset) && scale > 0);
    }
}
