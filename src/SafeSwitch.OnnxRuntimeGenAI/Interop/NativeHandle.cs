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

internal sealed class AdaptersHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyAdapters(pointer);
}

internal sealed class ConfigHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyConfig(pointer);
}

internal sealed class GeneratorHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyGenerator(pointer);
}

internal sealed class GeneratorParamsHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyGeneratorParams(pointer);
}

internal sealed class ModelHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyModel(pointer);
}

internal sealed class TensorHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyTensor(pointer);
}
