namespace SafeSwitch.Settings;

/// <summary>Says which names there are, and which of them a mistyped one was meant to be.</summary>
internal static class KnownNames
{
    /// <summary>Such as <c>one of: balanced, strict; did you mean 'strict'?</c></summary>
    public static string OneOf(string mistyped, IReadOnlyCollection<string> names) =>
        $"{(names.Count == 0 ? "none" : $"one of: {string.Join(", ", names)}")}{(Nearest(mistyped, names) is { } near ? $"; did you mean '{near}'?" : "")}";

    /// <summary>The known name that a mistyped one is few edits away from; <see langword="null"/> if none is near.</summary>
    public static string? Nearest(string mistyped, IEnumerable<string> names)
    {
        // A longer text isn't a slip of the hand, and the distance costs the product of both lengths.
        if (mistyped.Length > 64)
            return null;
        var (best, least) = ((string?)null, int.MaxValue);
        foreach (var name in names)
        {
            var distance = Distance(mistyped.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance < least)
                (best, least) = (name, distance);
        }

        return best is not null && least <= Math.Max(1, Math.Min(mistyped.Length, best.Length) / 3) ? best : null;
    }

    // Edits, two neighbours swapped counting as one (optimal string alignment).
    private static int Distance(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }
}
