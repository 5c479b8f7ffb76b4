using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Reliability.Material;

namespace SafeSwitch.Reliability.Fuzzing;

/// <summary>A child that runs cases, and who watches over it: it is ended when a case runs too long, or when it takes too much memory.</summary>
internal sealed class FuzzProcess : IDisposable
{
    private const long ManagedBytes = 1L << 30;
    private const long ResidentBytes = 2L << 30;
    private const int KeptErrors = 40;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // On a busy machine a case that works may wait for long; one that hangs does not work at all.
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(2);
    private const double LeastWork = 0.002;

    private readonly WorkFolder folder = new();
    private readonly Progress progress;
    private readonly Process process;
    private readonly TimeSpan limit;
    private readonly Queue<string> errors = [];
    private (int Case, long Since, TimeSpan Processor) at = (-1, Stopwatch.GetTimestamp(), TimeSpan.Zero);

    private FuzzProcess(Reader reader, string material, int seed, int from, int to, TimeSpan limit, bool trace)
    {
        this.limit = limit;
        var file = Path.Combine(folder.Path, "progress");
        progress = Progress.Open(file);
        progress.Case = -1;
        var program = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet";
        string[] arguments = [typeof(FuzzProcess).Assembly.Location, FuzzChild.Verb, reader.Name, material, file, $"{seed}", $"{from}", $"{to}", .. trace ? (string[])["--trace"] : []];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = ManagedBytes.ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, e) => Keep(e.Data, trace);
        process.Start();
        process.BeginErrorReadLine();
    }

    /// <summary>What it died of, once all was read; <see langword="null"/> if it ended by itself.</summary>
    public string? Death { get; private set; }

    /// <summary>The case that it is at, or was.</summary>
    public int Case => progress.Case;

    public static FuzzProcess Start(Reader reader, string material, int seed, int from, int to, TimeSpan limit, bool trace) => new(reader, material, seed, from, to, limit, trace);

    /// <summary>What it reports, until it ends or is ended.</summary>
    public async IAsyncEnumerable<Outcome> ReadAsync()
    {
        while (await NextAsync() is { } line)
            yield return Outcome.FromJson(line);
        if (Death is not null)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        if (Death is null && process.ExitCode != 0)
            Death = HowItDied();
        if (Death is not null && Case < 0)
            throw new SafeSwitchException($"A child ended before its first case: {Death}. {string.Join(' ', errors)}");
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
        progress.Dispose();
        folder.Dispose();
    }

    private async ValueTask<string?> NextAsync()
    {
        var line = process.StandardOutput.ReadLineAsync();
        while (!line.IsCompleted)
        {
            await Task.WhenAny(line, Task.Delay(Look));
            if (line.IsCompleted)
                continue;
            Death = WhyItMustGo();
            if (Death is not null)
                return null;
        }

        return await line;
    }

    private string? WhyItMustGo()
    {
        process.Refresh();
        if (process.HasExited)
            return null;
        if (Case != at.Case)
            at = (Case, Stopwatch.GetTimestamp(), Processor);
        if (at.Case < 0)
            return null;
        var (worked, waited) = (Processor - at.Processor, Stopwatch.GetElapsedTime(at.Since));
        return worked > limit ? $"hang: over {limit.TotalSeconds:0} s of processor time"
            : waited > Wait && worked < waited * LeastWork ? $"hang: {waited.TotalSeconds:0} s without doing anything"
            : Resident > ResidentBytes ? $"memory: over {ResidentBytes >> 30} GB resident"
            : null;
    }

    private TimeSpan Processor => OfRunning(p => p.TotalProcessorTime);

    private long Resident => OfRunning(p => p.WorkingSet64);

    /// <summary>Nothing, if it ends just now.</summary>
    private T? OfRunning<T>(Func<Process, T> read)
    {
        try
        {
            return read(process);
        }
        catch (InvalidOperationException)
        {
            return default;
        }
    }

    private void Keep(string? line, bool trace)
    {
        if (line is null)
            return;
        if (trace)
            Console.Error.WriteLine(line);
        lock (errors)
        {
            errors.Enqueue(line);
            if (errors.Count > KeptErrors)
                errors.Dequeue();
        }
    }

    private string HowItDied()
    {
        lock (errors)
        {
            var said = errors.FirstOrDefault(e =>
                e.Contains("overflow", StringComparison.OrdinalIgnoreCase) || e.Contains("Unhandled", StringComparison.Ordinal) || e.Contains("terminate", StringComparison.Ordinal));
            return $"the process died (exit code {process.ExitCode}{(said is null ? "" : ": " + said)})";
        }
    }
}
