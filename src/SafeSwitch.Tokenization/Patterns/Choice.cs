using System.Runtime.CompilerServices;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>Alternatives, tried in order; those that cannot start with the character at hand are passed over.</summary>
internal sealed class Choice : PatternNode
{
    private readonly PatternNode[] branches;
    private readonly AsciiMask[] first;
    private readonly bool[] canBeEmpty;

    public Choice(PatternNode[] branches)
    {
        this.branches = branches;
        first = new AsciiMask[branches.Length];
        canBeEmpty = new bool[branches.Length];
        for (var i = 0; i < branches.Length; i++)
        {
            if (!branches[i].AddFirst(ref first[i]))
                (first[i], canBeEmpty[i]) = (AsciiMask.All, true);
        }
    }

    public override int Match(ReadOnlySpan<char> text, int position, ref PatternBudget budget)
    {
        budget.Spend(1);
        RuntimeHelpers.EnsureSufficientExecutionStack();
        for (var i = 0; i < branches.Length; i++)
        {
            if (position < text.Length ? !first[i].Contains(text[position]) : !canBeEmpty[i])
                continue;
            var end = branches[i].Match(text, position, ref budget);
            if (end >= 0)
                return end;
        }

        return -1;
    }

    public override bool AddFirst(ref AsciiMask first)
    {
        foreach (var branch in branches)
        {
            if (!branch.AddFirst(ref first))
                return false;
        }

        return true;
    }
}

/// <summary>A set of ASCII characters, to tell at a glance that an alternative cannot start here.</summary>
internal struct AsciiMask
{
    private ulong low;
    private ulong high;

    public static AsciiMask All => new() { low = ulong.MaxValue, high = ulong.MaxValue };

    public readonly bool Contains(char unit) => unit >= 128 || ((unit < 64 ? low : high) >> (unit & 63) & 1) != 0;

    public void Add(CodePointSet set)
    {
        for (var code = 0; code < 64; code++)
        {
            if (set.Contains(code))
                low |= 1UL << code;
            if (set.Contains(code + 64))
                high |= 1UL << code;
        }
    }
}
