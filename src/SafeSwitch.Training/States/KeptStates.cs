namespace SafeSwitch.Training.States;

/// <summary>What follows from the choice of positions: how many states a prompt leaves, and which probes can be trained on them.</summary>
internal static class KeptStates
{
    /// <summary>States that are kept of a prompt before that of its last position.</summary>
    /// <param name="keep">The choice.</param>
    /// <param name="contentMask">Nonzero at the prompt's content positions.</param>
    public static int Count(KeptPositions keep, ReadOnlySpan<float> contentMask)
    {
        var content = contentMask.Length - contentMask.Count(0f);
        return keep switch
        {
            KeptPositions.Content => content,
            KeptPositions.Pooled => Math.Min(content, 1),
            _ => 0,
        };
    }

    /// <summary>The poolings over a prompt that give what they would give on all of its states.</summary>
    public static IReadOnlyList<ProbePooling> Poolings(KeptPositions keep) => keep switch
    {
        KeptPositions.Content => Enum.GetValues<ProbePooling>(),
        KeptPositions.Pooled => [ProbePooling.Last, ProbePooling.MeanState],
        _ => [ProbePooling.Last],
    };

    /// <summary>The choice, for people.</summary>
    public static string Text(KeptPositions keep) => keep switch
    {
        KeptPositions.Content => "content positions",
        KeptPositions.Pooled => "the average and the last position",
        _ => "the last position",
    };
}
