namespace SafeSwitch.Evaluation;

/// <summary>SHA-256 of the probes that a reference form is made of.</summary>
internal sealed record ReferenceFormFiles(string Prompt, string? Response);
