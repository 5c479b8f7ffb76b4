using System.Buffers;

namespace SafeSwitch.Tests;

/// <summary>
/// Tokens that can't be read until the test lets them go: whoever runs them is caught in the middle of the call, on a machine of any speed.
/// </summary>
internal sealed class HeldTokens(int[] tokens) : MemoryManager<int>
{
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim mayRead = new();

    /// <summary>Ends when somebody begins to read them.</summary>
    public Task Reached => reached.Task;

    /// <summary>Lets the reader go on.</summary>
    public void LetGo() => mayRead.Set();

    // The test's own use of Memory reads nothing.
    public override Memory<int> Memory => CreateMemory(tokens.Length);

    public override Span<int> GetSpan()
    {
        reached.TrySetResult();
        mayRead.Wait(TestContext.Current.CancellationToken);
        return tokens;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => tokens.AsMemory(elementIndex).Pin();

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => mayRead.Dispose();
}
