using System.Diagnostics;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>
/// Runs cases of a reader in child processes and watches over them: one that dies, runs too long or takes too much memory is ended, and
/// its case is a find.
/// </summary>
/// <param name="material">The folder of undamaged files.</param>
/// <param name="seed">What the cases come from.</param>
internal sealed class FuzzRun(string material, int seed)
{
    private const int CasesPerChild = 400;
    private const long ManagedBytes = 1L << 30;
    private const long ResidentBytes = 2L << 30;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // On a busy machine a case that works may wait for long; one that hangs does not work at all.
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(2);
    private const double LeastWork = 0.002;

    /// <summary>Most processor time that a case may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether children print what was thrown.</summary>
    public bool Trace { get; init; }

    /// <summary>Runs the cases from a number on, up to another.</summary>
    public async IAsyncEnumerable<Outcome> RunAsync(Reader reader, int from, int to)
    {
        while (from < to)
        {
            var until = Math.Min(from + CasesPerChild, to);
            await foreach (var outcome in RunChildAsync(reader, from, until))
            {
                from = outcome.Case + 1;
                yield return outcome;
            }
        }
    }

    private async IAsyncEnumerable<Outcome> RunChildAsync(Reader reader, int from, int to)
    {
        using var child = Start(reader, from, to);
        var errors = new Queue<string>();
        child.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is not { } line)
                return;
            if (Trace)
                Console.Error.WriteLine(line);
            lock (errors)
            {
                errors.Enqueue(line);
                if (errors.Count > 40)
                    errors.Dequeue();
            }
        };
        child.BeginErrorReadLine();

        Outcome? begun = null;
        while (true)
        {
            var (line, ended) = await WatchAsync(child, begun is not null);
            if (line is null)
            {
                child.Kill(entireProcessTree: true);
                await child.WaitForExitAsync();
                lock (errors)
                    ended ??= DeathOf(child.ExitCode, errors);
                if (begun is not null)
                    yield return begun with { What = ended, Where = "" };
                else if (child.ExitCode != 0)
                    throw new SafeSwitchException($"A child ended before its first case: {ended} {string.Join(' ', errors)}");
                yield break;
            }

            if (line.StartsWith(FuzzChild.Begins, StringComparison.Ordinal))
                begun = Outcome.FromJson(line[FuzzChild.Begins.Length..]);
            else if (line.StartsWith(FuzzChild.Ended, StringComparison.Ordinal))
            {
                begun = null;
                yield return Outcome.FromJson(line[FuzzChild.Ended.Length..]);
            }
        }
    }

    /// <returns>The next line, or nothing and why the child must go; nothing at all once it is gone.</returns>
    private async Task<(string? Line, string? Ended)> WatchAsync(Process child, bool isInCase)
    {
        var line = child.StandardOutput.ReadLineAsync();
        var (clock, processor) = (Stopwatch.GetTimestamp(), Processor(child));
        while (!line.IsCompleted)
        {
            await Task.WhenAny(line, Task.Delay(Look));
            if (line.IsCompleted || !isInCase)
                continue;
            if (Processor(child) - processor > Limit)
                return (null, $"hang: over {Limit.TotalSeconds:0} s of processor time");
            var waited = Stopwatch.GetElapsedTime(clock);
            if (waited > Wait && Processor(child) - processor < waited * LeastWork)
                return (null, $"hang: {waited.TotalSeconds:0} s without doing anything");
            if (Resident(child) > ResidentBytes)
                return (null, $"memory: over {ResidentBytes >> 30} GB resident");
        }

        return (await line, null);
    }

    private static TimeSpan Processor(Process child)
    {
        try
        {
            return child.TotalProcessorTime;
        }
        catch (InvalidOperationException)
        {
            return TimeSpan.Zero;
        }
    }

    private static long Resident(Process child)
    {
        try
        {
            child.Refresh();
            return child.WorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    private static string DeathOf(int exitCode, IEnumerable<string> errors)
    {
        var said = errors.FirstOrDefault(e => e.Contains("overflow", StringComparison.OrdinalIgnoreCase) || e.Contains("Unhandled", StringComparison.Ordinal) || e.Contains("terminate", StringComparison.Ordinal));
        return $"the process died (exit code {exitCode}{(said is null ? "" : ": " + said)})";
    }

    private Process Start(Reader reader, int from, int to)
    {
        var program = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        string[] arguments = [typeof(FuzzRun).Assembly.Location, FuzzChild.Verb, reader.Name, material, $"{seed}", $"{from}", $"{to}", .. Trace ? (string[])["--trace"] : []];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = ManagedBytes.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return Process.Start(start)!;
    }
}
