using SafeSwitch.Backends;

namespace SafeSwitch.Training.Rows;

/// <summary>
/// The same requests in every disguise, and as they are, to see what a guard makes of each: some requests of either label, every one in all of them.
/// </summary>
public static class AttackRows
{
    /// <summary>The set that the rows belong to.</summary>
    public const string Set = "attacks";

    /// <summary>The name of requests that come as they are.</summary>
    public const string Plain = "Plain";

    /// <summary>Requests longer than this many characters are left out: in single letters they fill a context.</summary>
    public const int LongestRequest = 200;

    // Some 700 to 1,000 tokens.
    private static readonly int[] PrefaceCharacters = [3000, 4200];

    /// <summary>The rows. A row's id begins with its disguise.</summary>
    /// <param name="rows">Rows to take requests from: those of one message, in no other form yet.</param>
    /// <param name="perLabel">Requests of either label, at most.</param>
    /// <param name="seed">What is chosen comes from it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="perLabel"/> is below 1.</exception>
    /// <exception cref="DataException">No row serves.</exception>
    public static IReadOnlyList<DataRow> Of(IEnumerable<DataRow> rows, int perLabel, int seed)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(perLabel, 1);
        var fitting = rows.Where(r => r is { Wrapper: null, Variant: null, Place: null, Messages.Count: 1 } && r.Request.Length <= LongestRequest).ToList();
        var chosen = fitting.GroupBy(r => r.Harmful).OrderByDescending(g => g.Key).SelectMany(g => RowSample.Pick(g, perLabel, seed, "attacks")).ToList();
        if (chosen.Count == 0)
            throw new DataException($"Attacks: found no request of one message and at most {LongestRequest} characters, expected some.");
        return
        [
            .. chosen.Select(r => In(r, Plain, r.Request)),
            .. Enum.GetValues<TextDisguise>().SelectMany(disguise => chosen.Select(r => In(r, $"{disguise}", Disguised(r, disguise)))),
        ];

        string Disguised(DataRow row, TextDisguise disguise) => disguise == TextDisguise.Preface
            ? RowDisguises.Preface(row, fitting.Where(r => !r.Harmful), PrefaceCharacters, seed) + row.Request
            : TextDisguises.Of(row.Request, disguise, unchecked((int)StableHash.Of(row.Key, seed)));
    }

    /// <summary>The disguise of a row; <see langword="null"/> if it is none of these.</summary>
    public static string? DisguiseOf(DataRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Set == Set && row.Id.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? row.Id[..end] : null;
    }

    private static DataRow In(DataRow row, string disguise, string text) => row with
    {
        Id = $"{disguise}/{row.Set}/{row.Id}",
        Set = Set,
        Messages = [PromptMessage.User(text)],
        Variant = row.Request,
        Answer = null,
    };
}
