namespace SafeSwitch.Backends;

/// <summary>What a session is opened for.</summary>
public sealed record SessionOptions
{
    /// <summary>Positions the session must hold: prompt and most new tokens. Memory follows it, not the model's context.</summary>
    public required int Capacity { get; init; }

    /// <summary>Hidden states that will be read; the others need not be kept.</summary>
    public IReadOnlyList<string> HiddenStates { get; init; } = [];
}
