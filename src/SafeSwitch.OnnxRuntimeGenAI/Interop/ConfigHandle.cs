namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

internal sealed class ConfigHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyConfig(pointer);
}
