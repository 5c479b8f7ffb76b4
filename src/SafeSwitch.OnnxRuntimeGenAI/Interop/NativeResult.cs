using System.Runtime.InteropServices;

namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>Turns what a native function returned into an exception.</summary>
internal static class NativeResult
{
    /// <param name="result">What the function returned; released here.</param>
    /// <exception cref="OnnxRuntimeGenAIException">The function failed.</exception>
    public static void Check(nint result)
    {
        if (result != 0)
            throw new OnnxRuntimeGenAIException(TakeError(result));
    }

    /// <summary>As <see cref="Check(nint)"/>, for a function that made an object.</summary>
    public static T Check<T>(nint result, T created)
        where T : NativeHandle
    {
        if (result != 0)
        {
            created.SetHandleAsInvalid();
            throw new OnnxRuntimeGenAIException(TakeError(result));
        }

        created.Count();
        return created;
    }

    /// <summary>Releases a result whose error, if any, changes nothing.</summary>
    public static void Ignore(nint result)
    {
        if (result != 0)
            NativeMethods.OgaDestroyResult(result);
    }

    private static unsafe string TakeError(nint result)
    {
        var message = Marshal.PtrToStringUTF8((nint)NativeMethods.OgaResultGetError(result));
        NativeMethods.OgaDestroyResult(result);
        return $"ONNX Runtime GenAI: {message}";
    }
}
