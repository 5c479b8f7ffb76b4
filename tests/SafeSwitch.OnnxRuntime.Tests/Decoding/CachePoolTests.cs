using CsCheck;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

public sealed class CachePoolTests
{
    private static readonly CacheLayout Layout = new(["k", "v"], ["pk", "pv"], TensorElementType.Float16, Heads: 3, HeadSize: 8, IsShared: true, Window: 0);

    [Fact]
    public void A_block_holds_the_slices_of_its_slots_apart()
    {
        using var memory = CacheMemory.Host();
        using var block = new CacheBlock(Layout, memory, slots: 4, capacity: 64);
        var starts = from tensor in new[] { 0, 1 } from slot in Enumerable.Range(0, 4) select block.PointerTo(tensor, slot);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => block.PointerTo(0) + (nint)(i * Layout.SlotBytes(64))), starts);
        Assert.Equal(8 * Layout.SlotBytes(64), block.Bytes);
    }

    [Fact]
    public void Memory_follows_the_positions_asked_for_and_is_used_again()
    {
        using var pool = new CachePool(Layout, CacheMemory.Host(), idleBytesLimit: 1 << 20);
        var block = pool.Rent(65);
        Assert.Equal(128, block.Capacity);
        pool.Return(block);
        Assert.Same(block, pool.Rent(100));
        Assert.NotSame(block, pool.Rent(10));
        Assert.Equal(2, pool.Rented);
    }

    [Fact]
    public void What_is_idle_stays_within_the_limit() => Gen.Int[1, 500].Array[1, 40].Sample(sizes =>
    {
        const long Limit = 200_000;
        using var pool = new CachePool(Layout, CacheMemory.Host(), Limit);
        var blocks = sizes.Select(pool.Rent).ToList();
        Assert.Equal(sizes.Length, pool.Rented);
        foreach (var block in blocks)
            pool.Return(block);
        Assert.Equal(0, pool.Rented);
        Assert.InRange(pool.IdleBytes, 0, Limit);
    });

    [Fact]
    public void Nothing_is_kept_once_it_is_disposed()
    {
        var pool = new CachePool(Layout, CacheMemory.Host(), idleBytesLimit: 1 << 20);
        var block = pool.Rent(10);
        pool.Dispose();
        pool.Return(block);
        Assert.Equal(0, pool.IdleBytes);
        Assert.Throws<ObjectDisposedException>(() => pool.Rent(1));
    }
}
