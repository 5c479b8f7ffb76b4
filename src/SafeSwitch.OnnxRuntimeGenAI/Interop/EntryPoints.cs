namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>The functions that a native library must have, and how to find those that it lacks.</summary>
internal static class EntryPoints
{
    /// <summary>The version that the functions below are known to work with.</summary>
    public const string TestedVersion = "0.18";

    public static IReadOnlyList<string> Required { get; } =
    [
        nameof(NativeMethods.OgaResultGetError),
        nameof(NativeMethods.OgaDestroyResult),
        nameof(NativeMethods.OgaShutdown),
        nameof(NativeMethods.OgaCreateConfig),
        nameof(NativeMethods.OgaDestroyConfig),
        nameof(NativeMethods.OgaConfigClearProviders),
        nameof(NativeMethods.OgaConfigAppendProvider),
        nameof(NativeMethods.OgaConfigSetProviderOption),
        nameof(NativeMethods.OgaConfigOverlay),
        nameof(NativeMethods.OgaCreateModelFromConfig),
        nameof(NativeMethods.OgaDestroyModel),
        nameof(NativeMethods.OgaModelGetType),
        nameof(NativeMethods.OgaModelGetDeviceType),
        nameof(NativeMethods.OgaDestroyString),
        nameof(NativeMethods.OgaCreateGeneratorParams),
        nameof(NativeMethods.OgaDestroyGeneratorParams),
        nameof(NativeMethods.OgaGeneratorParamsSetSearchNumber),
        nameof(NativeMethods.OgaCreateGenerator),
        nameof(NativeMethods.OgaDestroyGenerator),
        nameof(NativeMethods.OgaGenerator_AppendTokens),
        nameof(NativeMethods.OgaGenerator_GenerateNextToken),
        nameof(NativeMethods.OgaGenerator_RewindTo),
        nameof(NativeMethods.OgaGenerator_SetRuntimeOption),
        nameof(NativeMethods.OgaGenerator_GetLogits),
        nameof(NativeMethods.OgaGenerator_SetLogits),
        nameof(NativeMethods.OgaGenerator_GetOutput),
        nameof(NativeMethods.OgaCreateTensorFromBuffer),
        nameof(NativeMethods.OgaDestroyTensor),
        nameof(NativeMethods.OgaTensorGetType),
        nameof(NativeMethods.OgaTensorGetShapeRank),
        nameof(NativeMethods.OgaTensorGetShape),
        nameof(NativeMethods.OgaTensorGetData),
        nameof(NativeMethods.OgaCreateAdapters),
        nameof(NativeMethods.OgaDestroyAdapters),
        nameof(NativeMethods.OgaLoadAdapter),
        nameof(NativeMethods.OgaSetActiveAdapter),
    ];

    /// <summary>Used where a library has them: the switch of the vendor's telemetry is younger than the rest.</summary>
    public static IReadOnlyList<string> Optional { get; } = [nameof(NativeMethods.OgaSetTelemetryEnabled)];

    public static IReadOnlyList<string> FindMissing(Func<string, bool> has) => [.. Required.Where(name => !has(name))];
}
