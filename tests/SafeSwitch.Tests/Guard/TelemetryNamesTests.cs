using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

/// <summary>What people on duty look at speaks of instruments that exist.</summary>
public sealed partial class TelemetryNamesTests
{
    public static TheoryData<string> Files => ["grafana.json", "alerts.yaml"];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_dashboard_and_alerts_ask_for_instruments_and_tags_that_there_are(string file)
    {
        var text = File.ReadAllText(Fixtures.Repository("docs", "telemetry", file)).Replace("\\\"", "\"", StringComparison.Ordinal);
        var documented = DocumentedName().Matches(File.ReadAllText(Fixtures.Repository("docs", "telemetry.md"))).Select(m => m.Groups[1].Value.Replace('.', '_')).ToHashSet();
        var metrics = Metrics();

        var asked = Metric().Matches(text).Select(m => m.Groups[1].Value + m.Groups[2].Value).Distinct().ToArray();
        var labels = Label().Matches(text).Select(m => m.Groups[1].Value)
            .Concat(By().Matches(text).SelectMany(m => m.Groups[1].Value.Split(", "))).Distinct().Except(["le"]).ToArray();

        Assert.True(asked.Length >= 3 && labels.Length >= 4);
        Assert.Empty(asked.Except(metrics));
        Assert.Empty(labels.Except(documented));
        // And nothing that looks like one of ours stands where the patterns above don't look.
        Assert.Empty(Ours().Matches(text).Select(m => m.Value).Distinct().Except(asked).Except(labels));
    }

    [Fact]
    public void The_dashboard_shows_every_instrument()
    {
        var text = File.ReadAllText(Fixtures.Repository("docs", "telemetry", "grafana.json"));
        using var parsed = JsonDocument.Parse(text);

        Assert.True(parsed.RootElement.GetProperty("panels").GetArrayLength() >= Instruments().Count);
        Assert.All(Instruments(), i => Assert.Contains(NameOf(i), text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenTelemetry_listens_by_one_call()
    {
        var reader = new Kept();
        using var exporter = new BaseExportingMetricReader(reader);
        using var meters = Sdk.CreateMeterProviderBuilder().AddSafeSwitchInstrumentation().AddReader(exporter).Build();
        var ended = new Ended();
        using var traces = Sdk.CreateTracerProviderBuilder().AddSafeSwitchInstrumentation().AddProcessor(ended).Build();
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));

        await guard.GenerateAsync(Toy.Request());

        while (!ended.Names.Contains("safeswitch.generate"))
            await Task.Delay(5, TestContext.Current.CancellationToken);
        meters.ForceFlush();
        Assert.Contains("safeswitch.requests", reader.Names);
        Assert.Contains("safeswitch.score", reader.Names);
    }

    private static HashSet<string> Metrics() => [.. Instruments().SelectMany(i =>
        i is Counter<long> ? (string[])[NameOf(i) + "_total"]
        : i is UpDownCounter<long> ? [NameOf(i)]
        : [NameOf(i) + "_bucket", NameOf(i) + "_sum", NameOf(i) + "_count"])];

    // As the exporter for Prometheus writes them: the unit behind the name, but not units in braces nor a histogram's 1.
    private static string NameOf(Instrument instrument) => instrument.Name.Replace('.', '_') + (instrument.Unit == "s" ? "_seconds" : "");

    private static List<Instrument> Instruments()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == SafeSwitchTelemetry.MeterName)
                    instruments.Add(instrument);
            },
        };
        listener.Start();
        return instruments;
    }

    [GeneratedRegex(@"`([a-z_]+(?:\.[a-z_]+)+)`")]
    private static partial Regex DocumentedName();

    [GeneratedRegex(@"\b([a-z_]+)(?:\{|\[)|label_values\(([a-z_]+),")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\b([a-z_]+)(?:=~|!~|!=|=)""")]
    private static partial Regex Label();

    [GeneratedRegex(@"by \(([a-z_, ]+)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"\b(?:safeswitch|gen_ai)_[a-z_]+\b")]
    private static partial Regex Ours();

    private sealed class Kept : BaseExporter<Metric>
    {
        public List<string> Names { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (var metric in batch)
                Names.Add(metric.Name);
            return ExportResult.Success;
        }
    }

    private sealed class Ended : BaseProcessor<System.Diagnostics.Activity>
    {
        public System.Collections.Concurrent.ConcurrentBag<string> Names { get; } = [];

        public override void OnEnd(System.Diagnostics.Activity data) => Names.Add(data.OperationName);
    }
}
