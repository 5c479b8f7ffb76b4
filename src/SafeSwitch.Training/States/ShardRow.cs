namespace SafeSwitch.Training.States;

/// <summary>A row and where its states stand in its shard: content positions, last position, pilot tokens.</summary>
internal sealed record ShardRow
{
    public required CollectedRow Row { get; init; }

    public required int Offset { get; init; }

    public required int RefusalOffset { get; init; }
}
