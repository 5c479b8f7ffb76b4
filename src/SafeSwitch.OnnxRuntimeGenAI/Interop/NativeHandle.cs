using Microsoft.Win32.SafeHandles;

namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>
/// An object of the native library. The count of those alive says whether the library may be shut down: doing so under a live
/// object, or releasing an object afterwards, ends the process.
/// </summary>
internal abstract class NativeHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    private static int alive;

    private bool counted;

    public static int Alive => Volatile.Read(ref alive);

    /// <summary>Says that the native object exists. A handle that a failed call left empty is never counted.</summary>
    public void Count()
    {
        counted = true;
        Interlocked.Increment(ref alive);
    }

    protected sealed override bool ReleaseHandle()
    {
        if (!ProcessExit.IsShutDown)
            Destroy(handle);
        if (counted)
            Interlocked.Decrement(ref alive);
        return true;
    }

    protected abstract void Destroy(nint pointer);
}
