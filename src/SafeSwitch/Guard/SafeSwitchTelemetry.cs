using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SafeSwitch.Guard;

/// <summary>
/// What SafeSwitch reports to OpenTelemetry and the like, under the names of its conventions for generative AI where they have one. No
/// instrument or tag carries text of a request or an answer. Every measurement says <c>gen_ai.request.model</c> and
/// <c>safeswitch.policy</c>.
/// </summary>
public static class SafeSwitchTelemetry
{
    /// <summary>
    /// Name of the meter:
    /// <list type="bullet">
    /// <item><c>safeswitch.requests</c>: every request once, also one that failed or was given up (<c>error.type</c>);</item>
    /// <item><c>gen_ai.server.request.duration</c> and <c>gen_ai.server.time_to_first_token</c>, in seconds;</item>
    /// <item><c>safeswitch.tokens</c> by <c>gen_ai.token.type</c>: input, output, discarded;</item>
    /// <item><c>safeswitch.verdicts</c> and <c>safeswitch.score</c>, a histogram of probabilities, by <c>safeswitch.stage</c>; verdicts also
    /// say whether the request is of a kind that the probe can't read (<c>safeswitch.out_of_distribution</c>);</item>
    /// <item><c>safeswitch.escalations</c>: requests that a judge was asked about, by <c>safeswitch.escalation</c>;</item>
    /// <item><c>safeswitch.monitor.duration</c>, in seconds, of all looks of a request together;</item>
    /// <item><c>safeswitch.queue.requests</c>, those that wait for their turn, and <c>safeswitch.queue.duration</c>, in seconds, where there is a <see cref="RequestQueue"/>.</item>
    /// </list>
    /// </summary>
    public const string MeterName = "SafeSwitch";

    /// <summary>Name of the activity source: one activity, <c>safeswitch.generate</c>, per request.</summary>
    public const string ActivitySourceName = "SafeSwitch";

    internal const string ActivityName = "safeswitch.generate";
    internal const string ProviderName = "safeswitch";

    internal static readonly ActivitySource Activities = new(ActivitySourceName);

    private static readonly Meter Meter = new(MeterName);

    internal static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "safeswitch.requests", "{request}", "Requests that ended, with an answer or an error.");

    internal static readonly Counter<long> Verdicts = Meter.CreateCounter<long>(
        "safeswitch.verdicts", "{verdict}", "Verdicts by stage and action.");

    internal static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "safeswitch.tokens", "{token}", "Tokens by kind.");

    internal static readonly Counter<long> Escalations = Meter.CreateCounter<long>(
        "safeswitch.escalations", "{request}", "Requests in the grey band, by what came of them.");

    internal static readonly UpDownCounter<long> Queue = Meter.CreateUpDownCounter<long>(
        "safeswitch.queue.requests", "{request}", "Requests that wait for their turn.");

    internal static readonly Histogram<double> Scores = Histogram(
        "safeswitch.score", "1", "Probabilities that the monitor gave, by stage.",
        [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99]);

    internal static readonly Histogram<double> RequestDuration = Histogram(
        "gen_ai.server.request.duration", "s", "From the request to its end.",
        [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]);

    internal static readonly Histogram<double> FirstToken = Histogram(
        "gen_ai.server.time_to_first_token", "s", "From the request to the first released text.",
        [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]);

    internal static readonly Histogram<double> QueueDuration = Histogram(
        "safeswitch.queue.duration", "s", "From the request until its turn, or until it was refused one.",
        [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100]);

    internal static readonly Histogram<double> MonitorDuration = Histogram(
        "safeswitch.monitor.duration", "s", "Time inside the monitor, per request.",
        [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]);

    private static Histogram<double> Histogram(string name, string unit, string description, double[] buckets) =>
        Meter.CreateHistogram(name, unit, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = buckets });
}
