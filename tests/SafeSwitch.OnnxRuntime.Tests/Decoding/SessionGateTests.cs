using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

public sealed class SessionGateTests
{
    private int interrupts;
    private int releases;

    [Fact]
    public void AdmitsOneVerbAtATime()
    {
        var gate = Create();
        gate.Enter();
        Assert.Throws<InvalidOperationException>(gate.Enter);
        gate.Exit();
        gate.Enter();
        Assert.Equal((0, 0), (interrupts, releases));
    }

    [Fact]
    public async Task ReleasesAtOnceWhenIdle()
    {
        var gate = Create();
        await gate.DisposeAsync();
        await gate.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(gate.Enter);
        Assert.Equal((0, 1), (interrupts, releases));
    }

    [Fact]
    public async Task EndsTheVerbThatRunsAndReleasesAfterIt()
    {
        var gate = Create();
        gate.Enter();
        var disposal = gate.DisposeAsync();
        var again = gate.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        Assert.False(again.IsCompleted);
        Assert.Equal((1, 0), (interrupts, releases));

        gate.Exit();
        await disposal;
        await again;
        Assert.Equal((1, 1), (interrupts, releases));
        Assert.Throws<ObjectDisposedException>(gate.Enter);
    }

    private SessionGate Create() => new(() => interrupts++, () => releases++);
}
