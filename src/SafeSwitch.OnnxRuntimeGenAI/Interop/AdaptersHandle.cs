namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

internal sealed class AdaptersHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyAdapters(pointer);
}
