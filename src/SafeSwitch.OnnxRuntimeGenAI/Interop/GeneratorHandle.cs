namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

internal sealed class GeneratorHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyGenerator(pointer);
}
