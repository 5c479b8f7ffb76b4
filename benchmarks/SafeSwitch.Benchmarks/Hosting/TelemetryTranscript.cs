using System.Collections;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks.Hosting;

/// <summary>Writes down everything that telemetry says of one request, for docs/telemetry.md.</summary>
internal static class TelemetryTranscript
{
    public static async Task<int> RunAsync(string prompt)
    {
        await using var guard = GuardedModel.Load(Workload.Bundle, new OnnxRuntimeBackend());
        var lines = new List<string>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = s => s.Name == SafeSwitchTelemetry.ActivitySourceName,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Describe(activity, lines),
        };
        ActivitySource.AddActivityListener(activities);
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SafeSwitchTelemetry.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Describe(instrument, value, tags, lines));
        meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Describe(instrument, value, tags, lines));
        meters.Start();

        await guard.GenerateAsync(new GenerationRequest { Messages = [PromptMessage.User(prompt)], MaxNewTokens = 40 });
        lock (lines)
            lines.ForEach(Console.WriteLine);
        return 0;
    }

    private static void Describe(Activity activity, List<string> lines)
    {
        lock (lines)
        {
            lines.Add($"activity {activity.OperationName}");
            lines.AddRange(activity.TagObjects.Select(t => $"  {t.Key} = {Show(t.Value)}"));
            foreach (var happened in activity.Events)
                lines.Add($"  event {happened.Name}: {string.Join(", ", happened.Tags.Select(t => $"{t.Key} = {Show(t.Value)}"))}");
        }
    }

    private static void Describe<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, List<string> lines)
    {
        var told = string.Join(", ", tags.ToArray().Where(t => t.Key is not ("gen_ai.operation.name" or "gen_ai.provider.name" or "gen_ai.request.model" or "safeswitch.policy")).Select(t => $"{t.Key} = {Show(t.Value)}"));
        lock (lines)
            lines.Add($"{instrument.Name} {Show(value)}{(instrument.Unit is { Length: > 0 } unit ? $" {unit}" : "")}{(told.Length > 0 ? $"  ({told})" : "")}");
    }

    private static string Show(object? value) => value switch
    {
        null => "null",
        double number => number.ToString("0.####", CultureInfo.InvariantCulture),
        float number => number.ToString("0.####", CultureInfo.InvariantCulture),
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Show)),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
