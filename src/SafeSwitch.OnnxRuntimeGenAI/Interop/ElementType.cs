namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>The element types that the backend meets, with the numbers of <c>OgaElementType</c>.</summary>
internal enum ElementType
{
    Undefined = 0,
    Float32 = 1,
    Float16 = 10,
    BFloat16 = 16,
}
