using System.Globalization;

namespace SafeSwitch.Cli.Shared.Terminals;

/// <summary>Times for people.</summary>
internal static class Durations
{
    /// <summary>Such as <c>0.8 ms</c>, <c>131 ms</c>, <c>2.4 s</c>, <c>3:07 min</c>, <c>1:02:03 h</c>.</summary>
    public static string Show(TimeSpan time) => time switch
    {
        { TotalMilliseconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms"),
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00} h"),
    };
}
