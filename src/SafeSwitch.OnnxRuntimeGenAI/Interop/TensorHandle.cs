namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

internal sealed class TensorHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyTensor(pointer);
}
