using System.Runtime.InteropServices;

namespace SafeSwitch.Onnx;

/// <summary>
/// What ONNX Runtime's native library reports about whoever uses it. As it comes, the library of 1.31 writes a device id and a database
/// to the user's cache folder and a <c>.ses</c> file to the temporary one as soon as it is started, and is made to upload events.
/// </summary>
public static partial class RuntimeTelemetry
{
    /// <summary>The environment variable that the library looks at when it is started.</summary>
    public const string DisablingVariable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<bool> IsOff = new(SetVariable);

    /// <summary>
    /// Has the library start without it. To be called before anything of ONNX Runtime is used; a library that is started already keeps what it
    /// wrote. A value that the environment has for <see cref="DisablingVariable"/> stays.
    /// </summary>
    /// <returns>Whether the variable could be set. Where it could not, the library is told once it is started, by its own function.</returns>
    public static bool TurnOff() => IsOff.Value;

    // .NET keeps its own copy of the environment on Unix, which native code does not see.
    private static bool SetVariable()
    {
        if (Environment.GetEnvironmentVariable(DisablingVariable) is { Length: > 0 })
            return true;
        Environment.SetEnvironmentVariable(DisablingVariable, "1");
        if (OperatingSystem.IsWindows())
            return true;
        try
        {
            return SetEnvironment(DisablingVariable, "1", overwrite: 0) == 0;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
