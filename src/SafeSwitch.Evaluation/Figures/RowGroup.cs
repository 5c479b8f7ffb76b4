using System.Collections.Frozen;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>Rows that one line of the table is about.</summary>
/// <param name="Name">What to call them.</param>
/// <param name="Harmful">Whether they are the harmful ones: there it counts what is answered, elsewhere what is refused.</param>
/// <param name="Contains">Which rows are in it.</param>
public sealed record RowGroup(string Name, bool Harmful, Func<EvaluatedRow, bool> Contains)
{
    /// <summary>Sources whose harmless rows are made to look harmful.</summary>
    private static readonly FrozenSet<string> Borderline = FrozenSet.Create(StringComparer.Ordinal, "xstest");

    /// <summary>The lines of the published table, in its order.</summary>
    public static IReadOnlyList<RowGroup> Standard { get; } =
    [
        Plain("plain, trained on", true, RowExposure.Trained),
        Plain("plain, held out by the training", true, RowExposure.HeldOut),
        Plain("plain, sources trained on", true, RowExposure.SourceSeen),
        Plain("plain, sources never trained on", true, RowExposure.NeverSeen),
        Plain("plain, the bundle does not say what it was trained on", true, RowExposure.Unknown),
        new("wrapped in a jailbreak", true, r => r.Kind == RowKind.Wrapped),
        new("inside a long prompt", true, r => r.Kind == RowKind.Long),
        new("at the end of a conversation", true, r => r.Kind == RowKind.MultiTurn),
        new("with a tool's result or a document", true, r => r.Kind == RowKind.OtherRole),
        Plain("plain, trained on", false, RowExposure.Trained),
        new("everyday", false, r => r is { Kind: RowKind.Plain, Exposure: not RowExposure.Trained } && !Borderline.Contains(r.Source)),
        new("borderline-safe (XSTest)", false, r => r is { Kind: RowKind.Plain, Exposure: not RowExposure.Trained } && Borderline.Contains(r.Source)),
        new("wrapped in a jailbreak", false, r => r.Kind == RowKind.Wrapped),
        new("long prompt", false, r => r.Kind == RowKind.Long),
        new("conversation", false, r => r.Kind == RowKind.MultiTurn),
        new("with a tool's result or a document", false, r => r.Kind == RowKind.OtherRole),
    ];

    /// <summary>The rows of the group.</summary>
    public IReadOnlyList<EvaluatedRow> Of(IEnumerable<EvaluatedRow> rows) => [.. rows.Where(r => r.Harmful == Harmful && Contains(r))];

    /// <summary>A group for every source, form and label that occurs, in that order.</summary>
    public static IReadOnlyList<RowGroup> BySource(IEnumerable<EvaluatedRow> rows) =>
        [.. rows
            .Select(r => (r.Harmful, r.Kind, r.Source))
            .Distinct()
            .OrderByDescending(g => g.Harmful).ThenBy(g => g.Kind).ThenBy(g => g.Source, StringComparer.Ordinal)
            .Select(g => new RowGroup(
                g.Kind == RowKind.Plain ? g.Source : $"{g.Source}, {Describe(g.Kind)}", g.Harmful, r => r.Source == g.Source && r.Kind == g.Kind))];

    /// <summary>A group for every jailbreak template and label that occurs, in that order.</summary>
    public static IReadOnlyList<RowGroup> ByWrapper(IEnumerable<EvaluatedRow> rows) =>
        [.. rows
            .Where(r => r.Wrapper is not null)
            .Select(r => (r.Harmful, Wrapper: r.Wrapper!))
            .Distinct()
            .OrderByDescending(g => g.Harmful).ThenBy(g => g.Wrapper, StringComparer.Ordinal)
            .Select(g => new RowGroup(g.Wrapper, g.Harmful, r => r.Wrapper == g.Wrapper))];

    /// <summary>A group for every disguise and label that occurs, in that order; first the requests as they are.</summary>
    public static IReadOnlyList<RowGroup> ByAttack(IEnumerable<EvaluatedRow> rows) =>
        [.. rows
            .Where(r => r.Attack is not null)
            .Select(r => (r.Harmful, Attack: r.Attack!))
            .Distinct()
            .OrderByDescending(g => g.Attack == AttackRows.Plain).ThenBy(g => g.Attack, StringComparer.Ordinal).ThenByDescending(g => g.Harmful)
            .Select(g => new RowGroup(g.Attack, g.Harmful, r => r.Attack == g.Attack))];

    private static RowGroup Plain(string name, bool harmful, RowExposure exposure) => new(name, harmful, r => r.Kind == RowKind.Plain && r.Exposure == exposure);

    private static string Describe(RowKind kind) => kind switch
    {
        RowKind.Wrapped => "wrapped",
        RowKind.Long => "long prompt",
        RowKind.MultiTurn => "conversation",
        RowKind.OtherRole => "other roles",
        _ => "plain",
    };
}
