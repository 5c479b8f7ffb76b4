using System.Text.Json;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>The fields of rows that figures can be told by.</summary>
internal static class RowFields
{
    /// <summary>What stands for rows that a field says nothing of.</summary>
    public const string NotSaid = "not said";

    private static readonly string[] Own = ["category", "class", "language"];

    private static readonly Dictionary<string, Func<EvaluatedRow, string?>> Fixed = new(StringComparer.Ordinal)
    {
        ["category"] = r => r.Category,
        ["language"] = r => r.Language,
        ["source"] = r => r.Source,
        ["set"] = r => r.Set,
        ["split"] = r => r.Split,
        ["kind"] = r => JsonNamingPolicy.SnakeCaseLower.ConvertName(r.Kind.ToString()),
        ["wrapper"] = r => r.Wrapper,
        ["class"] = r => r.Class,
        ["attack"] = r => r.Attack,
        ["exposure"] = r => JsonNamingPolicy.SnakeCaseLower.ConvertName(r.Exposure.ToString()),
    };

    /// <summary>What a row says in a field, one of these or one of its own groups; <see langword="null"/> for nothing.</summary>
    public static string? Of(EvaluatedRow row, string field) =>
        Fixed.TryGetValue(field, out var read) ? read(row) : row.Groups?.GetValueOrDefault(field);

    /// <summary>The fields that figures are told by where nobody says which: those that nothing else in a report is told by.</summary>
    public static IReadOnlyList<string> OwnOf(IReadOnlyList<EvaluatedRow> rows) =>
        [.. Own.Concat(rows.SelectMany(r => r.Groups?.Keys ?? []).Distinct().Order(StringComparer.Ordinal)).Where(f => rows.Any(r => Of(r, f) is not null))];

    /// <summary>A group for every value and label that occurs, in that order.</summary>
    public static IReadOnlyList<RowGroup> Groups(IReadOnlyList<EvaluatedRow> rows, string field) =>
        [.. rows
            .Select(r => (r.Harmful, Value: Of(r, field)))
            .Distinct()
            .OrderByDescending(g => g.Harmful).ThenBy(g => g.Value is null).ThenBy(g => g.Value, StringComparer.Ordinal)
            .Select(g => new RowGroup(g.Value ?? NotSaid, g.Harmful, r => Of(r, field) == g.Value))];
}
