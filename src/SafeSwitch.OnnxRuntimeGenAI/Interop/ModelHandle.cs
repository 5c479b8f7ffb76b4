namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

internal sealed class ModelHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyModel(pointer);
}
