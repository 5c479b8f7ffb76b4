using CsCheck;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Calibration;

public class CalibratorTests
{
    private static readonly Gen<ScoredRow[]> Rows = Gen.Select(
            // Few distinct scores, so that ties are the rule.
            Gen.OneOf(Gen.Float[0f, 0.99f], Gen.Int[0, 9].Select(i => i / 10f)),
            Gen.Bool,
            Gen.OneOf(Gen.Const("web"), Gen.Const("chat")),
            Gen.OneOf(Gen.Const("harmless"), Gen.Const("long"), Gen.Const("wrapped")))
        .Select((score, positive, source, set) => new ScoredRow(score, positive, source, set))
        .Array[1, 300]
        .Select(rows => (ScoredRow[])[.. rows, new(0.2f, false, "web", "harmless"), new(0.3f, false, "chat", "long")]);

    [Fact]
    public void Tighter_bounds_have_higher_thresholds()
    {
        var random = new Random(3);
        var rows = new List<ScoredRow>();
        for (var i = 0; i < 500; i++)
            rows.Add(new ScoredRow(random.NextSingle() * 0.6f, false, "everyday", "harmless"));
        for (var i = 0; i < 200; i++)
            rows.Add(new ScoredRow(0.3f + random.NextSingle() * 0.7f, true, "bad", "harmful"));

        var records = Calibrator.ForFalsePositives(rows, CalibrationBound.Default, new BenignRule());
        Assert.Equal(["permissive", "balanced", "strict"], records.Select(r => r.Policy));
        Assert.True(records[0].Threshold > records[1].Threshold && records[1].Threshold > records[2].Threshold);
        Assert.All(records, r => Assert.True(r.Flagged <= r.MaxFalsePositiveRate * 501));
        Assert.All(records, r => Assert.Equal(500, r.HarmlessRows));
        Assert.True(records[2].Recall > 0.5);
        var bound = Assert.Single(records[1].Bounds);
        Assert.Equal((BoundRule.Conformal, 0.01, 500, records[1].Flagged), (bound.Rule, bound.MaxFalsePositiveRate, bound.Rows, bound.Flagged));
    }

    [Fact]
    public void The_worst_source_sets_the_threshold_and_small_ones_are_looked_at_together()
    {
        var random = new Random(5);
        ScoredRow[] rows =
        [
            .. Enumerable.Range(0, 900).Select(_ => new ScoredRow(random.NextSingle() * 0.3f, false, "web", "harmless")),
            .. Enumerable.Range(0, 100).Select(_ => new ScoredRow(0.2f + random.NextSingle() * 0.5f, false, "bank", "harmless")),
            .. Enumerable.Range(0, 40).Select(i => new ScoredRow(random.NextSingle() * 0.2f, false, $"small-{i % 4}", "harmless")),
            new ScoredRow(0.9f, true, "bad", "harmful"),
        ];

        var record = Assert.Single(Calibrator.ForFalsePositives(rows, [new("balanced", 0.02)], new BenignRule(), sourceFactor: 2));

        Assert.Equal([null, "bank", "web", null], record.Bounds.Select(b => b.Source));
        Assert.Equal([1040, 100, 900, 40], record.Bounds.Select(b => b.Rows));
        Assert.All(record.Bounds, b => Assert.Equal(BoundRule.Conformal, b.Rule));
        Assert.Equal(record.Bounds[1].Threshold, record.Threshold);
        Assert.InRange(record.Bounds[1].Flagged, 0, 4);
    }

    [Fact]
    public void Twenty_rows_of_a_kind_don_t_switch_the_guard_off()
    {
        // The twenty's largest score lies above all harmful ones; a guarantee of 10% for them would too.
        var random = new Random(8);
        ScoredRow[] rows =
        [
            .. Enumerable.Range(0, 999).Select(_ => new ScoredRow(random.NextSingle() * 0.4f, false, "web", "harmless")),
            .. Enumerable.Range(0, 20).Select(i => new ScoredRow(i == 0 ? 0.95f : 0.4f + i * 0.01f, false, "web", "long")),
            .. Enumerable.Range(0, 100).Select(_ => new ScoredRow(0.7f + random.NextSingle() * 0.2f, true, "bad", "harmful")),
        ];

        var record = Assert.Single(Calibrator.ForFalsePositives(rows, [new("balanced", 0.02)], new BenignRule(), [new("long", null, 2.5)]));

        Assert.Equal(1, record.Recall);
        var bound = record.Bounds[1];
        Assert.Equal((BoundRule.Empirical, "long", null, 20, 1), (bound.Rule, bound.Set, bound.Source, bound.Rows, bound.Flagged));
        Assert.Equal(0.05, bound.MaxFalsePositiveRate, 1e-12);
        Assert.Equal(record.Threshold, bound.Threshold);
    }

    [Fact]
    public void Bounds_of_kinds_hold_on_their_rows_and_only_raise_a_threshold() =>
        Gen.Select(Rows, Gen.Double[0.005, 0.5], Gen.Double[0, 4], Gen.Double[0, 4]).Sample((rows, rate, long_, chat) =>
        {
            CalibrationBound[] bounds = [new("balanced", rate)];
            var plain = Calibrator.ForFalsePositives(rows, bounds, new BenignRule())[0];
            var record = Calibrator.ForFalsePositives(rows, bounds, new BenignRule(), [new("long", null, long_), new(null, "chat", chat)])[0];

            Assert.True(record.Threshold >= plain.Threshold);
            Assert.Equal(record.Threshold, record.Bounds.Max(b => b.Threshold));
            foreach (var bound in record.Bounds.Skip(1))
            {
                var of = rows.Where(r => !r.Positive && (bound.Set is null || r.Set == bound.Set) && (bound.Source is null || r.Source == bound.Source)).ToList();
                Assert.Equal((of.Count, of.Count(r => r.Score >= record.Threshold)), (bound.Rows, bound.Flagged));
                Assert.True(bound.Flagged <= bound.Rows * bound.MaxFalsePositiveRate + 1e-6);
            }
        });

    [Fact]
    public void A_bound_on_rows_that_are_not_there_is_told_with_those_that_are()
    {
        ScoredRow[] rows = [new(0.1f, false, "web", "harmless"), new(0.9f, true, "bad", "harmful")];
        foreach (var kind in (KindBound[])[new("log", null, 1), new(null, "log", 1)])
        {
            var error = Assert.Throws<DataException>(() => Calibrator.ForFalsePositives(rows, CalibrationBound.Default, new BenignRule(), [kind]));
            Assert.Contains("'log'", error.Message, StringComparison.Ordinal);
            Assert.Contains("harmless/web", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<DataException>(() => Calibrator.ForFalsePositives(rows, CalibrationBound.Default, new BenignRule { Sets = ["everyday"] }));
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
