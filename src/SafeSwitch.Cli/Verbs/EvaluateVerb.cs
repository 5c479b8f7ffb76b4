using System.CommandLine;
using System.Globalization;
using SafeSwitch.Cli.Errors;
using SafeSwitch.Cli.Evaluating;
using SafeSwitch.Cli.Output;
using SafeSwitch.Cli.Terminals;
using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Evaluation;
using SafeSwitch.Toolkit.Reports;

namespace SafeSwitch.Cli.Verbs;

/// <summary>Every policy of a bundle, and the unguarded model, on labelled rows.</summary>
internal sealed class EvaluateVerb : Verb
{
    private readonly BundleLoader bundle = new();
    private readonly RowSelection selection = new(DataSplits.Test);
    private readonly ComparisonOptionSet comparison = new();
    private readonly Option<string> rows = new("--rows") { Description = "Where every evaluated row goes; a run that was ended goes on there", HelpName = "OUT.jsonl", Required = true };
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also write the tables as Markdown", HelpName = "FILE.md" };

    public EvaluateVerb()
        : base(
            "evaluate",
            "Compares the unguarded model, the bundle's policies and a reference probe on labelled rows",
            new("evaluate models/smollm2-135m-instruct --data ../shared/data/harmful.jsonl ../shared/data/harmless.jsonl --rows out/rows.jsonl", "the table of the test rows"),
            new("evaluate models/smollm2-135m-instruct --data mine.jsonl --split all --limit 100 --rows out/try.jsonl", "a hundred rows of your own, to see how long it takes"),
            new("evaluate models/smollm2-135m-instruct --data mine.jsonl --compare reference.onnx --markdown table.md --rows out/rows.jsonl", "beside the reference form, as Markdown"))
    {
        bundle.AddTo(this);
        selection.AddTo(this);
        Add(rows);
        comparison.AddTo(this);
        Add(markdown);
    }

    public override bool IsResumable => true;

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var selected = selection.Read(call);
        var loaded = bundle.Load(call);
        var options = comparison.Read(call, loaded);
        var reference = comparison.ReferenceFile(call);
        using var probe = options.Reference;
        var evaluator = new Evaluator(loaded, options, reference is null ? null : DataFile.Sha256(reference));
        IReadOnlyList<EvaluatedRow> evaluated;
        await using (evaluator.ConfigureAwait(false))
        {
            using var progress = new ProgressLine(call.Terminal);
            evaluated = await evaluator.EvaluateAsync(
                selected.Rows,
                selected.SeenSources,
                call.Get(rows)!,
                problem => call.Warn($"left out {problem}"),
                progress,
                call.CancellationToken).ConfigureAwait(false);
        }

        if (evaluated.Count == 0)
            throw new DataException("The model can take none of the rows.");
        var summary = EvaluationSummary.Of(evaluated, [.. options.Policies.Keys], options.CheckedPolicy);
        var tables = EvaluationTables.Of(summary);
        if (call.Get(markdown) is { } file)
            WholeFile.WriteText(file, MarkdownReport.Write(tables));
        if (call.IsJson)
            call.WriteJson(summary);
        else
            WriteTables(call, summary, tables, selected);
        return summary.Disagreements.Count == 0 ? ExitCodes.Done : ErrorReport.Write(Disagreement(summary), call.Terminal, isJson: false);
    }

    private static void WriteTables(VerbCall call, EvaluationSummary summary, IReadOnlyList<ReportTable> tables, SelectedRows selected)
    {
        foreach (var table in tables)
            TableView.Write(call.Terminal, table);
        var cost = summary.Cost;
        call.Terminal.Output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Rows:N0} of {selected.Rows.Count:N0} rows, {selected.LeftOut:N0} malformed; {cost.PromptTokens:N0} prompt tokens at {1000 * cost.PromptTokens / cost.PrefillMs:N0}/s, {cost.AnswerTokens:N0} answer tokens at {cost.MsPerToken:0.0} ms, probes {cost.ProbeMs / summary.Rows:0.0} ms a row"));
    }

    private static Failure Disagreement(EvaluationSummary summary) => new(
        ExitCodes.Failed,
        "evaluation",
        $"The guarded loop gave other tokens or another decision on {summary.Disagreements.Count} rows: {string.Join(", ", summary.Disagreements.Take(5))}.");
}
