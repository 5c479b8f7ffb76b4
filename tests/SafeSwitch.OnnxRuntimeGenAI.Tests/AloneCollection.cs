namespace SafeSwitch.OnnxRuntimeGenAI.Tests;

/// <summary>Tests that count what the whole process holds.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
