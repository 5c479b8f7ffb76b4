namespace SafeSwitch.Training.States;

/// <summary>Which states of a prompt are kept.</summary>
public enum KeptPositions
{
    /// <summary>Those of every content position, and of the last one: what probes that pool over the prompt are trained on.</summary>
    Content,

    /// <summary>That of the last position alone: a hundredth of the bytes, for probes that read nothing else.</summary>
    Last,

    /// <summary>
    /// Those of every content position added up, and that of the last one: two states a prompt, for probes that read the last
    /// position or the average. What is kept is the sum over its number of positions, since a sum of thousands is more than fp16 holds.
    /// </summary>
    Pooled,
}

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
