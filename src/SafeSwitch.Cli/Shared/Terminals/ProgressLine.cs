using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Shared.Terminals;

/// <summary>
/// Shows how far a step is, on standard error: one line that is rewritten at a terminal, a line every few seconds elsewhere.
/// Dispose it before anything else is written.
/// </summary>
internal sealed class ProgressLine(Terminal terminal) : IProgress<BuildProgress>, IDisposable
{
    private const int BarWidth = 24;

    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PaintInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private long written;
    private string? step;
    private int painted;
    private BuildProgress? unwritten;

    public void Report(BuildProgress value)
    {
        lock (gate)
        {
            if (step != value.Step)
                Finish();
            var isDue = step is null || Stopwatch.GetElapsedTime(written) >= (terminal.IsErrorPlain ? LineInterval : PaintInterval);
            step = value.Step;
            unwritten = value;
            if (isDue)
                Write(value);
        }
    }

    public void Dispose()
    {
        lock (gate)
            Finish();
    }

    /// <summary>Leaves the last state on its own line.</summary>
    private void Finish()
    {
        if (unwritten is { } last)
            Write(last);
        if (painted > 0)
            terminal.Error.WriteLine();
        painted = 0;
        step = null;
    }

    private void Write(BuildProgress value)
    {
        unwritten = null;
        written = Stopwatch.GetTimestamp();
        var text = Describe(value, withBar: !terminal.IsErrorPlain);
        if (terminal.IsErrorPlain)
        {
            terminal.Error.WriteLine(text);
            return;
        }

        var width = Math.Max(20, SafeWidth() - 1);
        text = text.Length > width ? text[..width] : text;
        terminal.Error.Write("\r" + text.PadRight(Math.Min(width, painted)));
        painted = text.Length;
    }

    private static int SafeWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    internal static string Describe(BuildProgress value, bool withBar)
    {
        var parts = new List<string> { value.Step };
        if (value.Total > 0)
        {
            var share = Math.Clamp(value.Done / value.Total, 0, 1);
            if (withBar)
            {
                var filled = (int)Math.Round(share * BarWidth);
                parts.Add(new string('█', filled) + new string('░', BarWidth - filled));
            }

            parts.Add(Invariant($"{share,4:0%}"));
            parts.Add(Invariant($"{value.Done:N0} of {value.Total:N0} {value.Unit}"));
        }
        else
        {
            parts.Add(Invariant($"{value.Done:N0} {value.Unit}"));
        }

        if (value.Rate > 0)
            parts.Add(value.Rate >= 100 ? Invariant($"{value.Rate:N0}/s") : Invariant($"{value.Rate:0.0#}/s"));
        if (value.TimeLeft is { } left && value.Done < value.Total)
            parts.Add($"{Durations.Show(left)} left");
        if (!string.IsNullOrEmpty(value.Note))
            parts.Add(value.Note);
        return string.Join("  ", parts);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
