using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Collect;

/// <summary>States and answers of labelled rows, from an instrumented model.</summary>
internal sealed class CollectVerb : Verb
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "A folder that `instrument` made" };
    private readonly Option<string> output = new("--output", "-o") { Description = "The folder that the states go to; an interrupted run resumes there", HelpName = "STATES", Required = true };
    private readonly RowSelection selection = new(RowSelector.SeenSplits);
    private readonly CollectionOptionSet collection = new();

    public CollectVerb()
        : base(
            "collect",
            "Runs labelled rows through a model and keeps hidden states, answers and refusals for training; an interrupted run resumes",
            new("collect bundles/phi-3 --data mine.jsonl -o states/phi-3 --refusals refusals.json", "everything that training needs"),
            new("collect bundles/phi-3 --data mine.jsonl -o states/try --limit 100 --answers 20", "a hundred rows, twenty of each label answered, to see how long it takes"),
            new("collect bundles/phi-3 --data mine.jsonl -o states/phi-3 --layers final,16 --keep last --shard 2/4", "less to keep, and one of four parts, on a machine of its own"))
    {
        Add(bundle);
        Add(output);
        selection.AddTo(this);
        collection.AddTo(this);
    }

    public override bool IsResumable => true;

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var started = Stopwatch.GetTimestamp();
        var options = collection.Read(call);
        var collector = collection.Collector(call, call.Get(bundle));
        var selected = selection.Read(call);
        WarnOfOneClass(call, selected.Rows);
        CollectionForecast.Tell(call, selected.Rows, collector.Texts is not null, collection.AnswersPerLabel(call));
        CollectionSummary summary;
        using (var progress = new ProgressLine(call.Terminal))
        {
            summary = await collector.CollectAsync(
                selected.Rows, selection.Files(call), call.Get(output)!, options, progress, call.CancellationToken).ConfigureAwait(false);
        }

        foreach (var problem in summary.Problems)
            call.Warn($"left out {problem}");
        if (summary.Rows + summary.Existing == 0 && collector.Shard.Of == 1)
            throw new DataException("The model can't take any of the rows.");
        Write(call, summary, selected.LeftOut, Stopwatch.GetElapsedTime(started));
        return ExitCodes.Done;
    }

    private static void WarnOfOneClass(VerbCall call, IReadOnlyList<DataRow> rows)
    {
        var harmful = rows.Count(r => r.Harmful);
        if (harmful == 0 || harmful == rows.Count)
            call.Warn($"all {rows.Count} rows are {(harmful == 0 ? "harmless" : "harmful")}: a probe can be trained on rows of both labels only");
    }

    private void Write(VerbCall call, CollectionSummary summary, int malformed, TimeSpan time)
    {
        var folder = call.Get(output)!;
        if (call.IsJson)
        {
            call.WriteJson(CollectDocument.Of(folder, summary, malformed, time), CollectJson.Default);
            return;
        }

        var facts = new FactGrid();
        facts.Add("folder", folder);
        facts.Add("rows", Invariant($"{summary.Rows:N0} collected in {Durations.Show(time)}, {summary.Existing:N0} were there already, {malformed + summary.Problems.Count:N0} left out"));
        if (summary.Rows > 0)
        {
            facts.Add("prompts", Invariant($"{summary.PromptTokens:N0} tokens, {summary.TokensRun:N0} of them run; the others are shared with the row before"));
            facts.Add("answers", Invariant($"{summary.AnswerTokens:N0} tokens"));
        }

        foreach (var note in summary.Notes)
            facts.Add("note", note);
        facts.Add("next", $"safeswitch judge {folder}, or: safeswitch train probe {call.Get(bundle)} --states {folder} --stage prompt");
        facts.WriteTo(call.Terminal);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
