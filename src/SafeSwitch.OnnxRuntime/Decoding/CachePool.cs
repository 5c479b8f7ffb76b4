namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Keeps the cache memory of finished sessions for those to come: at most a number of bytes, and nothing that was idle for a
/// minute. Thread-safe.
/// </summary>
internal sealed class CachePool(CacheLayout layout, CacheMemory memory, long idleBytesLimit) : IDisposable
{
    private const int IdleMilliseconds = 60_000;

    private readonly Lock gate = new();
    private readonly List<CacheBlock> idle = [];
    private bool isDisposed;

    /// <summary>Blocks in the hands of sessions.</summary>
    public int Rented { get; private set; }

    /// <summary>Bytes kept for sessions to come.</summary>
    public long IdleBytes
    {
        get
        {
            lock (gate)
                return idle.Sum(b => b.Bytes);
        }
    }

    public CacheMemory Memory => memory;

    public CacheBlock Rent(int positions)
    {
        var capacity = layout.RoundUp(positions);
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            Trim();
            Rented++;
            // The last one given back is the likeliest to be in the processor's caches; a much larger one is left for who needs it.
            var found = idle.FindLastIndex(b => b.Capacity >= capacity && b.Capacity <= capacity * 2);
            if (found >= 0)
            {
                var block = idle[found];
                idle.RemoveAt(found);
                return block;
            }
        }

        try
        {
            return new CacheBlock(layout, memory, slots: 1, capacity);
        }
        catch
        {
            lock (gate)
                Rented--;
            throw;
        }
    }

    public void Return(CacheBlock block)
    {
        lock (gate)
        {
            Rented--;
            block.IdleSince = Environment.TickCount64;
            idle.Add(block);
            Trim();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            Trim();
        }

        memory.Dispose();
    }

    private void Trim()
    {
        var oldest = Environment.TickCount64 - IdleMilliseconds;
        var bytes = idle.Sum(b => b.Bytes);
        while (idle.Count > 0 && (isDisposed || bytes > idleBytesLimit || idle[0].IdleSince < oldest))
        {
            bytes -= idle[0].Bytes;
            idle[0].Dispose();
            idle.RemoveAt(0);
        }
    }
}
