namespace SafeSwitch.Tokenization.Patterns;

/// <summary>
/// How many steps the search through one text may still take. Patterns that models come with take a few steps a character; one that
/// backtracks without end, by mistake or by intent, runs out of them instead of running forever. What else a search remembers is here too.
/// </summary>
internal struct PatternBudget
{
    private const long AnyText = 100_000;
    private const long EachCharacter = 200;

    private readonly string pattern;
    private readonly int length;
    private readonly int[] turnStarts;
    private long left;

    public PatternBudget(string pattern, int length, int loops)
    {
        turnStarts = loops == 0 ? [] : new int[loops];
        turnStarts.AsSpan().Fill(-1);
        this.pattern = pattern;
        this.length = length;
        left = AnyText + EachCharacter * length;
    }

    public void Spend(int steps)
    {
        left -= steps;
        if (left < 0)
            throw Exceeded();
    }

    /// <summary>Where the turn of a repeated group began that is being matched; -1 outside of it.</summary>
    public readonly ref int TurnStart(int loop) => ref turnStarts[loop];

    public readonly TokenizerPatternException Exceeded(Exception? cause = null) => new(pattern, length, cause);
}
