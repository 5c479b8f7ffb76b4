using System.Runtime.CompilerServices;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

/// <summary>Alone, so that no other test's garbage brings about the collection that is looked for.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class NativeBufferCollection;

[Collection(typeof(NativeBufferCollection))]
public sealed class NativeBufferTests
{
    private const long Bytes = 64 << 20;

    [Fact]
    public void What_a_caller_forgot_is_freed_by_the_traffic_after_it()
    {
        var forgotten = Forget();
        // A collection of young objects, which everything brings about, does not find it.
        var before = GC.CollectionCount(2);
        for (var i = 0; forgotten.IsAlive; i++)
        {
            Assert.True(i < 20_000, $"still there after {i} buffers, {GC.CollectionCount(2) - before} full collections");
            new NativeBuffer(Bytes).Dispose();
            Thread.Yield();
        }
    }

    [Fact]
    public void A_buffer_that_memory_was_refused_for_leaves_nothing_behind()
    {
        Assert.ThrowsAny<Exception>(() => new NativeBuffer(long.MaxValue / 4));
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Forget()
    {
        var buffer = new NativeBuffer(Bytes);
        GC.Collect();
        GC.Collect();
        Assert.Equal(GC.MaxGeneration, GC.GetGeneration(buffer));
        return new WeakReference(buffer);
    }
}
