using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using SafeSwitch.Guard;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Lets OpenTelemetry listen:
/// <code>
/// services.AddOpenTelemetry()
///     .WithMetrics(m => m.AddSafeSwitchInstrumentation())
///     .WithTracing(t => t.AddSafeSwitchInstrumentation());
/// </code>
/// </summary>
public static class SafeSwitchInstrumentation
{
    /// <summary>Adds the meter of guarded models.</summary>
    public static MeterProviderBuilder AddSafeSwitchInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(SafeSwitchTelemetry.MeterName);
    }

    /// <summary>Adds the activities of guarded models.</summary>
    public static TracerProviderBuilder AddSafeSwitchInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(SafeSwitchTelemetry.ActivitySourceName);
    }
}
