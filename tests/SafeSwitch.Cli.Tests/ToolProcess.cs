using System.Diagnostics;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

/// <summary>The tool as a process of its own, so that it can be killed as by <c>kill -9</c>.</summary>
internal sealed class ToolProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

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

    /// <summary>Kills the process once the condition holds. It must have been running: a kill that came too late proves nothing.</summary>
    public async Task KillWhenAsync(Func<bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!condition())
        {
            Assert.False(process.HasExited, "the tool ended before it was to be killed");
            await Task.Delay(1, patience.Token);
        }

        process.Kill();
        await process.WaitForExitAsync(patience.Token);
        Assert.NotEqual(ExitCodes.Done, process.ExitCode);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }
}
