using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Tests.Rows;

public sealed class ProgressMeterTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public void Once_a_tenth_is_done_the_time_left_is_right_within_a_factor_of_two_though_the_first_unit_took_long(int alreadyDone)
    {
        var (clock, reports) = (new Clock(), new List<BuildProgress>());
        var meter = new ProgressMeter(new Reports(reports), "collect", "rows", 1000, clock);
        if (alreadyDone > 0)
            meter.Skip(alreadyDone);

        // A model is loaded and compiled during the first row.
        clock.Advance(TimeSpan.FromMinutes(1));
        meter.Add(1);
        for (var i = alreadyDone + 1; i < 1000; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            meter.Add(1);
        }

        Assert.Null(reports.First(r => r.Done > alreadyDone).TimeLeft);
        foreach (var report in reports.Where(r => r.Done >= alreadyDone + 0.1 * (1000 - alreadyDone) && r.Done < 1000))
            Assert.InRange(report.TimeLeft!.Value.TotalSeconds, (1000 - report.Done) * 0.05, (1000 - report.Done) * 0.2);
        Assert.Equal((1000.0, TimeSpan.Zero), (reports[^1].Done, reports[^1].TimeLeft));
    }

    [Fact]
    public void A_step_of_one_unit_ends_with_its_rate()
    {
        var (clock, reports) = (new Clock(), new List<BuildProgress>());
        var meter = new ProgressMeter(new Reports(reports), "train", "passes", 1, clock);
        clock.Advance(TimeSpan.FromSeconds(2));
        meter.Add(1);
        Assert.Equal((0.5, TimeSpan.Zero), (reports[^1].Rate, reports[^1].TimeLeft));
    }

    private sealed class Reports(List<BuildProgress> kept) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => kept.Add(value);
    }

    private sealed class Clock : TimeProvider
    {
        private long now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public void Advance(TimeSpan by) => now += by.Ticks;
    }
}
