using SafeSwitch.Backends;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>A probe that is there and must not be asked: what is tested has its scores already.</summary>
internal sealed class UnusedProbe(MonitorStage stage) : IProbe
{
    public string Name => "unused";

    public MonitorStage Stage => stage;

    public IReadOnlyList<string> HiddenStates => [];

    public ProbeReading Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask) => throw new InvalidOperationException("The scores stand in the rows.");

    public void Dispose()
    {
    }
}
