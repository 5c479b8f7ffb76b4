using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// A cache that the graph writes again, one position longer, at every run: two blocks take turns as past and present, so a
/// run that fails leaves the past as it was.
/// </summary>
internal sealed class GrowingCache : ISequenceCache
{
    private readonly CacheLayout layout;
    private readonly CachePool pool;
    private readonly OrtValue?[] pastTensors;
    private readonly OrtValue?[] presentTensors;
    private CacheBlock past;
    private CacheBlock present;
    private int length;
    private int nextLength;

    public GrowingCache(CacheLayout layout, CachePool pool, int positions)
    {
        this.layout = layout;
        this.pool = pool;
        pastTensors = new OrtValue?[layout.Past.Count];
        presentTensors = new OrtValue?[layout.Past.Count];
        past = pool.Rent(positions);
        try
        {
            present = pool.Rent(positions);
        }
        catch
        {
            pool.Return(past);
            throw;
        }
    }

    public void Attach(OrtIoBinding binding)
    {
    }

    public void Prepare(OrtIoBinding binding, int past, int total)
    {
        Debug.Assert(past == length);
        nextLength = total;
        for (var i = 0; i < pastTensors.Length; i++)
        {
            binding.BindInput(layout.Past[i], View(ref pastTensors[i], this.past, i, past));
            binding.BindOutput(layout.Present[i], View(ref presentTensors[i], present, i, total));
        }
    }

    public void Commit()
    {
        (past, present) = (present, past);
        length = nextLength;
    }

    /// <summary>Positions are the inner dimension, so what stays has to move together.</summary>
    public unsafe void Rewind(int length)
    {
        if (length == this.length)
            return;
        long from = (long)this.length * layout.RowBytes, to = (long)length * layout.RowBytes;
        for (var i = 0; i < pastTensors.Length; i++)
        {
            var tensor = (byte*)past.PointerTo(i);
            for (var head = 1; head < layout.Heads; head++)
                Buffer.MemoryCopy(tensor + (head * from), tensor + (head * to), to, to);
        }

        this.length = length;
    }

    public void Dispose()
    {
        foreach (var tensor in pastTensors.Concat(presentTensors))
            tensor?.Dispose();
        pool.Return(past);
        pool.Return(present);
    }

    private OrtValue View(ref OrtValue? view, CacheBlock block, int tensor, int positions)
    {
        view?.Dispose();
        return view = OrtValue.CreateTensorValueWithData(
            pool.Memory.Info,
            layout.Type,
            [1, layout.Heads, positions, layout.HeadSize],
            block.PointerTo(tensor),
            layout.SlotBytes(positions));
    }
}
