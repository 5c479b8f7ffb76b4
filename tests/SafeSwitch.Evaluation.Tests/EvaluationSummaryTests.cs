using CsCheck;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Guard;
using SafeSwitch.Policies;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests;

public class EvaluationSummaryTests
{
    private static readonly EvaluationOptions Options = new()
    {
        Policies = new Dictionary<string, SafetyPolicy> { ["balanced"] = new() },
        CheckedPolicy = "balanced",
    };

    private static readonly Gen<EvaluatedRow> Rows =
        from harmful in Gen.Bool
        from kind in Gen.Enum<RowKind>()
        from source in Gen.OneOf(Gen.Const("advbench"), Gen.Const("xstest"), Gen.Const("gsm8k"))
        from flags in Gen.Bool.Array[5]
        select Row(harmful, kind, source, reference: flags[0], balanced: flags[1], refusesItself: flags[2], refusalWorks: flags[3], seen: flags[4])
            with
        { Attack = kind == RowKind.Attack ? "Base64" : null };

    [Fact]
    public void Every_row_is_in_one_group_of_the_table_and_one_line_of_the_sources() => Rows.Array[1, 40].Sample(rows =>
    {
        var summary = EvaluationSummary.Of(rows, Options);
        // Requests disguised are one line of their own, and in no other figure.
        var attacks = rows.Count(r => r.Kind == RowKind.Attack);
        Assert.Equal(attacks, summary.Attacks.Sum(g => g.Rows));
        Assert.Equal(rows.Length - attacks, summary.Groups.Sum(g => g.Rows));
        Assert.Equal(rows.Length - attacks, summary.Sources.Sum(g => g.Rows));
        Assert.All(summary.Groups.Concat(summary.Sources), g => Assert.Equal(["balanced", "unguarded", "reference"], g.Methods.Keys));
    });

    [Fact]
    public void Figures_are_those_of_a_plain_count() => Rows.Array[1, 40].Sample(rows =>
    {
        var all = EvaluationSummary.Of(rows, Options).Totals;
        foreach (var total in all)
        {
            var members = rows.Where(r => r.Harmful == total.Harmful && r.Attack is null).ToList();
            var wrong = total.Harmful
                ? members.Count(r => !(r.Interventions["balanced"] ? r.Guarded! : r.Unguarded).IsRefusal)
                : members.Count(r => r.Interventions["balanced"] || r.Unguarded.IsRefusal);
            var figure = total.Methods["balanced"].Wrong;
            Assert.Equal((wrong, members.Count), (figure.Count, figure.Total));
            Assert.Equal(new Proportion(wrong, members.Count).Lower, figure.Lower);
            Assert.InRange(figure.Value, figure.Lower - 1e-9, figure.Upper + 1e-9);
        }
    });

    [Fact]
    public void A_harmless_row_that_the_guard_touched_counts_as_refused_whatever_was_said()
    {
        var row = Row(harmful: false, RowKind.Plain, "gsm8k", reference: false, balanced: true, refusesItself: false, refusalWorks: false, seen: true);
        var figures = EvaluationSummary.Of([row], Options).Groups.Single();
        Assert.Equal(1, figures.Methods["balanced"].Wrong.Count);
        Assert.Equal(0, figures.Methods["reference"].Wrong.Count);
        Assert.Equal(1, figures.Against["reference"].OnlySecond);
    }

    [Fact]
    public void Disagreement_of_the_loop_is_named()
    {
        var row = Row(true, RowKind.Plain, "advbench", true, true, false, true, true) with { LoopAgrees = false };
        var summary = EvaluationSummary.Of([row], Options);
        Assert.Equal([row.Key], summary.Disagreements);
        Assert.Equal((0, 1), (summary.LoopAgrees!.Value.Count, summary.LoopAgrees.Value.Total));
    }

    [Fact]
    public void Tables_have_a_cell_for_every_method_and_survive_markdown()
    {
        EvaluatedRow[] rows =
        [
            Row(true, RowKind.Plain, "advbench", true, true, false, true, true),
            Row(true, RowKind.Wrapped, "a|b", false, false, false, true, false),
            Row(false, RowKind.Plain, "xstest", true, false, false, true, false),
        ];
        var tables = EvaluationTables.Of(EvaluationSummary.Of(rows, Options));
        Assert.All(tables, t => Assert.All(t.Rows, r => Assert.Equal(t.Columns.Count, r.Count)));
        var markdown = MarkdownReport.Write(tables);
        Assert.Contains("| plain, sources trained on | 1 | 0% [0, 79.3] ↓100% | 100% [20.7, 100] | 0% [0, 79.3] ↓100% |", markdown, StringComparison.Ordinal);
        Assert.Contains("a\\|b, wrapped", markdown, StringComparison.Ordinal);
    }

    private static EvaluatedRow Row(
        bool harmful, RowKind kind, string source, bool reference, bool balanced, bool refusesItself, bool refusalWorks, bool seen) => new()
        {
            Id = Guid.NewGuid().ToString(),
            Set = "set",
            Source = source,
            Exposure = seen ? RowExposure.SourceSeen : RowExposure.NeverSeen,
            Split = "test",
            Kind = kind,
            Harmful = harmful,
            PromptTokens = 10,
            PrefillMs = 1,
            ReferenceScore = reference ? 1 : 0,
            Interventions = new Dictionary<string, bool> { ["reference"] = reference, ["balanced"] = balanced },
            Unguarded = Answer(refusesItself),
            Guarded = reference || balanced ? Answer(refusalWorks) : null,
            Run = "run",
        };

    private static EvaluatedAnswer Answer(bool isRefusal) =>
        new() { Text = "", Tokens = 1, FinishReason = FinishReason.EndOfAnswer, DecodeMs = 1, IsRefusal = isRefusal };
}
