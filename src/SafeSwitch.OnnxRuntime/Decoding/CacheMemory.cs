using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Where caches live: in host memory, or on the device that runs the attention over them.</summary>
internal sealed class CacheMemory : IDisposable
{
    /// <summary>ONNX Runtime's name for the memory of a CUDA device.</summary>
    public const string CudaName = "Cuda";

    private readonly OrtAllocator? allocator;

    private CacheMemory(OrtMemoryInfo info, OrtAllocator? allocator)
    {
        Info = info;
        this.allocator = allocator;
    }

    public OrtMemoryInfo Info { get; }

    public bool IsHost => allocator is null;

    public static CacheMemory Host() => new(OrtMemoryInfo.DefaultInstance, allocator: null);

    public static CacheMemory Cuda(InferenceSession session, int device)
    {
        var info = new OrtMemoryInfo(CudaName, OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);
        return new CacheMemory(info, new OrtAllocator(session, info));
    }

    public (nint Pointer, IDisposable Owner) Allocate(long bytes)
    {
        if (allocator is null)
        {
            var buffer = new NativeBuffer(bytes);
            return (buffer.Pointer, buffer);
        }

        var allocation = allocator.Allocate(checked((uint)bytes));
        return (allocation.DangerousGetHandle(), allocation);
    }

    public void Dispose()
    {
        if (allocator is null)
            return;
        allocator.Dispose();
        Info.Dispose();
    }
}
