using System.Diagnostics;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

/// <summary>The tool as a process of its own, so that it can be killed as by <c>kill -9</c>.</summary>
internal sealed class ToolProcess : IDisposable
{
    // Far more than any machine needs: it only ends a test that would hang.
    private static readonly TimeSpan Watchdog = TimeSpan.FromMinutes(10);

    private readonly Process process;

    private ToolProcess(Process process) => this.process = process;

    public static ToolProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SafeSwitch.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,

            // A killed process would leave the pipes of its debugger behind.
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ToolProcess(process);
    }

    /// <summary>Kills the process once the condition holds; on a thread of its own, which no other test keeps waiting.</summary>
    /// <returns>Whether the kill ended it. One that came too late proves nothing: the caller tries again, or fails.</returns>
    public Task<bool> KillWhenAsync(Func<bool> condition)
    {
        var cancellation = TestContext.Current.CancellationToken;
        return Task.Factory.StartNew(() => KillWhen(condition, cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    private bool KillWhen(Func<bool> condition, CancellationToken cancellation)
    {
        var until = DateTime.UtcNow + Watchdog;
        while (!condition())
        {
            cancellation.ThrowIfCancellationRequested();
            Assert.True(DateTime.UtcNow < until, $"what the tool is to be killed at did not come within {Watchdog}");
            if (process.HasExited)
                return false;
            Thread.Sleep(1);
        }

        process.Kill();
        Assert.True(process.WaitForExit(Watchdog), $"the killed tool did not end within {Watchdog}");
        return process.ExitCode != ExitCodes.Done;
    }
}
