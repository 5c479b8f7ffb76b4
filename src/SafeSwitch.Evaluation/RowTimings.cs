namespace SafeSwitch.Evaluation;

/// <summary>Where the time until the first token goes, beside the prefill.</summary>
public sealed record RowTimings
{
    /// <summary>Milliseconds in the prompt probe.</summary>
    public double PromptProbeMs { get; init; }

    /// <summary>Milliseconds in the reference form's prompt probe.</summary>
    public double ReferenceProbeMs { get; init; }

    /// <summary>Milliseconds in its response probe.</summary>
    public double ReferenceResponseProbeMs { get; init; }

    /// <summary>Milliseconds of decoding the pilot, by the number of pilot tokens.</summary>
    public required IReadOnlyDictionary<int, double> PilotMs { get; init; }

    /// <summary>Milliseconds in the response probe, by the number of pilot tokens asked for.</summary>
    public required IReadOnlyDictionary<int, double> ResponseProbeMs { get; init; }

    /// <summary>Milliseconds of the single step with which an intervention begins; <see langword="null"/> where there was none.</summary>
    public double? StepMs { get; init; }
}
