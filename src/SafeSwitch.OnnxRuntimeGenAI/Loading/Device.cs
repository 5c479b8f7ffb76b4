namespace SafeSwitch.OnnxRuntimeGenAI.Loading;

/// <summary>What a device type, as the library names it, can do.</summary>
internal static class Device
{
    // The library refuses to append to the cache of these; each token is then a step of its own.
    private static readonly string[] WithoutAppending = ["DirectML", "QnnWithSharedMemory", "AMDGPU"];

    /// <summary>Whether tokens can be appended to a sequence that was begun.</summary>
    public static bool Appends(string device) => !WithoutAppending.Contains(device, StringComparer.OrdinalIgnoreCase);
}
