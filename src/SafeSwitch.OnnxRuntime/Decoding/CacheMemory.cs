using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Where caches live: in host memory, or on the device that runs the attention over them. Both hand out zeros: attention takes what
/// is beyond a sequence's end times zero, and zero times a NaN that happens to be there is a NaN.
/// </summary>
internal sealed class CacheMemory : IDisposable
{
    /// <summary>ONNX Runtime's name for the memory of a CUDA device.</summary>
    public const string CudaName = "Cuda";

    private readonly OrtAllocator? allocator;
    private readonly ZeroFill? zeros;

    private CacheMemory(OrtMemoryInfo info, OrtAllocator? allocator, ZeroFill? zeros)
    {
        Info = info;
        this.allocator = allocator;
        this.zeros = zeros;
    }

    public OrtMemoryInfo Info { get; }

    public bool IsHost => allocator is null;

    public static CacheMemory Host() => new(OrtMemoryInfo.DefaultInstance, allocator: null, zeros: null);

    /// <param name="session">The session whose device memory is taken.</param>
    /// <param name="device">Number of the device.</param>
    /// <param name="zeros">What zeroes it; the memory's from here on.</param>
    public static CacheMemory Cuda(InferenceSession session, int device, ZeroFill zeros)
    {
        var info = new OrtMemoryInfo(CudaName, OrtAllocatorType.DeviceAllocator, device, OrtMemType.Default);
        return new CacheMemory(info, new OrtAllocator(session, info), zeros);
    }

    public (nint Pointer, IDisposable Owner) Allocate(long bytes)
    {
        if (allocator is null || zeros is null)
        {
            var buffer = new NativeBuffer(bytes);
            return (buffer.Pointer, buffer);
        }

        bytes = (bytes + sizeof(long) - 1) & -sizeof(long);
        var allocation = allocator.Allocate(checked((uint)bytes));
        try
        {
            zeros.Run(Info, allocation.DangerousGetHandle(), bytes);
            return (allocation.DangerousGetHandle(), allocation);
        }
        catch
        {
            allocation.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (allocator is null)
            return;
        zeros?.Dispose();
        allocator.Dispose();
        Info.Dispose();
    }
}
