using System.Buffers;
using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Guard;

/// <summary>
/// How many answer tokens are held back before the response stage looks at them: the pilot, a stretch of a watched answer, or none.
/// Keeps a row of hidden states of each of them, so that the monitor sees the stretch as one sequence.
/// </summary>
/// <param name="names">The hidden states that the response stage reads.</param>
/// <param name="width">Numbers per row.</param>
internal sealed class HoldWindow(IReadOnlyList<string> names, int width) : IDisposable
{
    private readonly List<HeldStates> states = new(names.Count);

    /// <summary>Tokens to hold back; 0 while nobody watches.</summary>
    public int Size { get; private set; }

    /// <summary>Whether tokens are held back.</summary>
    public bool IsOpen => Size > 0;

    /// <summary>States of the tokens held back so far, one for each name.</summary>
    public IReadOnlyList<HiddenStates> States => states;

    /// <summary>Begins to hold back a number of tokens; 0 holds none.</summary>
    public void Open(int size)
    {
        if (size > Size)
            Dispose();
        Size = size;
        if (size == 0)
            return;
        if (states.Count == 0)
            states.AddRange(names.Select(n => new HeldStates(n, width, size)));
        foreach (var held in states)
            held.Clear();
    }

    /// <summary>Keeps the states of the token just run.</summary>
    public void Keep(DecodingSession session)
    {
        foreach (var held in states)
            held.Append(session.GetHiddenStates(held.Name));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var held in states)
            held.Dispose();
        states.Clear();
        Size = 0;
    }

    private sealed class HeldStates(string name, int width, int capacity) : HiddenStates, IDisposable
    {
        private float[] rows = ArrayPool<float>.Shared.Rent(width * capacity);
        private int positions;

        public override string Name => name;

        public override int Positions => positions;

        public override int Width => width;

        public override HiddenStateType Type => HiddenStateType.Float32;

        public override ReadOnlySpan<byte> Data => MemoryMarshal.AsBytes(rows.AsSpan(0, positions * width));

        public void Append(HiddenStates run)
        {
            run.CopyRow(run.Positions - 1, rows.AsSpan(positions * width, width));
            positions++;
        }

        public void Clear() => positions = 0;

        public void Dispose()
        {
            ArrayPool<float>.Shared.Return(rows);
            rows = [];
            positions = 0;
        }
    }
}
