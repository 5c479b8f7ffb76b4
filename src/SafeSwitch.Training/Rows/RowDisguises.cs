using System.ComponentModel.DataAnnotations;
using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>How many requests are also collected disguised: as many harmful as harmless ones, so that the disguise alone says nothing.</summary>
public sealed record RecipeDisguises : ICheckedSettings
{
    /// <summary>Sets that requests come from.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    /// <summary>Requests of either label, by disguise.</summary>
    [Range(0, int.MaxValue)]
    public required IReadOnlyDictionary<TextDisguise, int> PerLabel { get; init; }

    /// <summary>Requests longer than this many characters are left out.</summary>
    /// <value>The default is 400.</value>
    [Range(1, int.MaxValue)]
    public int LongestRequest { get; init; } = 400;

    /// <summary>Characters of a preface: the least, and the most. It is made of whole harmless requests of the same split.</summary>
    /// <value>The default is 1,200 to 4,500: some 300 to 1,100 tokens.</value>
    [Range(1, 1_000_000)]
    public IReadOnlyList<int> PrefaceCharacters { get; init; } = [1200, 4500];

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (PrefaceCharacters is not [var least, var most] || least > most)
            yield return new SettingProblem("preface_characters", $"[{string.Join(", ", PrefaceCharacters)}]", "two numbers, the least and the most");
    }
}

/// <summary>Disguised rows. They keep split, source and label, and their request stays with its original when rows are split.</summary>
internal static class RowDisguises
{
    /// <summary>The set that disguised rows belong to.</summary>
    public const string Set = "disguised";

    /// <summary>The set of rows in encodings. Their <c>language</c> is the encoding (private use of BCP 47, <c>x-base64</c>), so that a prompt probe learns that it can't
    /// read them; what their label is it can't learn.</summary>
    public const string Encoded = "encoded";

    public static IEnumerable<DataRow> Of(IReadOnlyList<DataRow> rows, RecipeDisguises recipe, int seed)
    {
        var fitting = rows.Where(r => recipe.Sets.Contains(r.Set) && r.Messages.Count == 1 && r.Request.Length <= recipe.LongestRequest).ToList();
        var prefaces = fitting.Where(r => !r.Harmful).ToLookup(r => r.Split, StringComparer.Ordinal);
        foreach (var (disguise, count) in recipe.PerLabel.OrderBy(d => d.Key))
        {
            foreach (var label in fitting.GroupBy(r => r.Harmful).OrderByDescending(g => g.Key))
            {
                foreach (var row in RowSample.Pick(label, count, seed, $"disguise {disguise}"))
                {
                    var text = disguise == TextDisguise.Preface
                        ? Preface(row, prefaces[row.Split], recipe.PrefaceCharacters, seed) + row.Request
                        : TextDisguises.Of(row.Request, disguise, unchecked((int)StableHash.Of(row.Key, seed)));
                    yield return row with
                    {
                        Id = $"{disguise}/{row.Set}/{row.Id}",
                        Set = TextDisguises.IsEncoding(disguise) ? Encoded : Set,
                        Language = TextDisguises.IsEncoding(disguise) ? $"x-{disguise.ToString().ToLowerInvariant()}" : row.Language,
                        Messages = [PromptMessage.User(text)],
                        Variant = row.Request,
                    };
                }
            }
        }
    }

    /// <summary>Whole other requests, as many as make a text of some length, or all.</summary>
    /// <param name="row">What comes behind.</param>
    /// <param name="texts">Harmless requests.</param>
    /// <param name="characters">The least length and the most.</param>
    /// <param name="seed">What is chosen comes from it.</param>
    public static string Preface(DataRow row, IEnumerable<DataRow> texts, IReadOnlyList<int> characters, int seed)
    {
        var (least, most) = (characters[0], characters[1]);
        var wanted = least + (int)(StableHash.Of($"preface length/{row.Key}", seed) % (uint)(most - least + 1));
        var preface = new StringBuilder();
        foreach (var text in RowSample.Pick(texts.Where(t => t.Key != row.Key), int.MaxValue, seed, $"preface {row.Key}"))
        {
            if (preface.Length >= wanted)
                break;
            preface.Append(text.Request).Append("\n\n");
        }

        return preface.ToString();
    }
}
