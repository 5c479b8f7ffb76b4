using SafeSwitch.Auditing;
using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.Settings;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Calibration;

public class AuditCalibratorTests
{
    private static readonly Bundle Bundle = Bundle.Open(Fixtures.ShippedBundle());

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    public void Requests_to_come_are_flagged_within_the_bound_whatever_harmful_ones_the_audit_has(double bound)
    {
        var random = new Random(9);
        double flagged = 0;
        for (var trial = 0; trial < 200; trial++)
        {
            // One in fifty is harmful and scores high, as an audit of real traffic has them.
            var found = Calibrate([.. Enumerable.Range(0, 400).Select(_ => Record(Harmless(random))), .. Enumerable.Range(0, 8).Select(_ => Record(0.9f))], bound);
            flagged += Enumerable.Range(0, 400).Average(_ => Harmless(random) >= found.Threshold ? 1.0 : 0) / 200;
        }

        Assert.InRange(flagged, 0, bound);
    }

    [Fact]
    public void A_stated_share_of_harmful_requests_gives_its_places_back()
    {
        var random = new Random(11);
        List<AuditRecord> records = [.. Enumerable.Range(0, 980).Select(_ => Record(Harmless(random))), .. Enumerable.Range(0, 20).Select(_ => Record(0.95f))];
        var (cautious, told) = (Calibrate(records, 0.01), Calibrate(records, 0.01, harmfulShare: 0.02));

        Assert.True(told.Threshold < cautious.Threshold);
        Assert.Equal((1000, 0), (told.Requests, told.OtherRecords));
        Assert.InRange(told.Flagged.Count, 20, 30);
        Assert.InRange(records.Take(980).Count(r => r.PromptScore >= told.Threshold), 0, 10);
        Assert.Equal(Bundle.Manifest.Policies.Keys.Order(), told.FlaggedByPolicy.Keys.Order());
    }

    [Fact]
    public void What_was_not_scored_or_is_of_another_bundle_does_not_count()
    {
        var random = new Random(13);
        List<AuditRecord> records =
        [
            .. Enumerable.Range(0, 300).Select(_ => Record(Harmless(random))),
            Record(0.99f) with { MonitorFailed = true }, Record(0.99f) with { PromptScore = null }, Record(0.99f) with { Bundle = "another" },
        ];

        Assert.Equal((300, 3), (Calibrate(records, 0.01).Requests, Calibrate(records, 0.01).OtherRecords));
    }

    [Fact]
    public void Traffic_that_changes_is_noticed()
    {
        var random = new Random(17);
        List<AuditRecord> records = [.. Enumerable.Range(0, 400).Select(i => Record(i < 200 ? Harmless(random) : Harmless(random) + 0.2f) with { Time = DateTimeOffset.UnixEpoch.AddMinutes(i) })];

        Assert.True(Calibrate(records, 0.01).Drift.Probability < 0.001);
        Assert.True(Calibrate(records.Take(200), 0.05).Drift.Probability > 0.001);
    }

    [Fact]
    public void An_audit_that_shows_nothing_is_refused_and_says_what_is_missing()
    {
        var few = Assert.Throws<DataException>(() => Calibrate([.. Enumerable.Range(0, 50).Select(_ => Record(0.1f))], 0.01)).Message;
        Assert.Contains("50 scored requests", few, StringComparison.Ordinal);
        Assert.Contains("99 are needed", few, StringComparison.Ordinal);
        Assert.Contains("1.96%", few, StringComparison.Ordinal);
        Assert.Contains(Bundle.Digest, Assert.Throws<DataException>(() => Calibrate([Record(0.1f) with { Bundle = "another" }], 0.01)).Message, StringComparison.Ordinal);
        Assert.Contains("no record", Assert.Throws<DataException>(() => Calibrate([], 0.01)).Message, StringComparison.Ordinal);
        Assert.Throws<SettingsException>(() => Calibrate([Record(0.1f)], 1.5));
    }

    private static float Harmless(Random random) => (float)Math.Pow(random.NextDouble(), 3) * 0.6f;

    private static AuditThreshold Calibrate(IEnumerable<AuditRecord> records, double bound, double harmfulShare = 0) => AuditCalibrator.Calibrate(
        records, Bundle, new AuditCalibrationOptions { MaxFalsePositiveRate = bound, HarmfulShare = harmfulShare });

    private static AuditRecord Record(float score) => new()
    {
        Time = DateTimeOffset.UnixEpoch, Policy = "audit", Bundle = Bundle.Digest, Model = "model", PromptScore = score, Action = VerdictAction.Continue,
    };
}
