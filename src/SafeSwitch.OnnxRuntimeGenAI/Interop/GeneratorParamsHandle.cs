namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

internal sealed class GeneratorParamsHandle : NativeHandle
{
    protected override void Destroy(nint pointer) => NativeMethods.OgaDestroyGeneratorParams(pointer);
}
