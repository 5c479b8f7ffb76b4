using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Cli.Judge;
using SafeSwitch.Evaluation;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>Every policy of a bundle, the unguarded model and what else guards one, on labelled rows.</summary>
internal sealed class EvaluateVerb : Verb
{
    private readonly BundleLoader bundle = new();
    private readonly SuiteOptionSet suites = new();
    private readonly RowSelection selection = new(DataSplits.Test, isRequired: false);
    private readonly ComparisonOptionSet comparison = new();
    private readonly Option<string?> rows = new("--rows") { Description = "Where every evaluated row goes; an interrupted run resumes there", HelpName = "OUT.jsonl" };
    private readonly Option<int?> attacks = new Option<int?>("--attacks") { Description = $"Also evaluate this many requests of each label, each in every disguise: {string.Join(", ", Enum.GetNames<TextDisguise>())}", HelpName = "N" }.WithinRangeOf<int?, EvaluationSuite>(nameof(EvaluationSuite.Attacks));
    private readonly EndpointOptionSet judge = new();
    private readonly Option<int?> sample = new Option<int?>("--judge-sample") { Description = "Ask the judge about that many rows only, to say how far the rules of text can be trusted; by default about all, and its labels are the measure", HelpName = "N" }.WithinRangeOf<int?, AnswerReview>(nameof(AnswerReview.Sample));
    private readonly Option<string?> markdown = new("--markdown") { Description = "Also write the tables as Markdown", HelpName = "FILE.md" };

    public EvaluateVerb()
        : base(
            "evaluate",
            "Compares the unguarded model, a safety prompt, the reference form and the bundle's policies on labelled rows",
            new("evaluate models/smollm2-135m-instruct --suite models/smollm2-135m-instruct/suite.json --data-folder DATA -o report", "every method on the suite's rows, as report.html, report.md and report.json"),
            new("evaluate models/smollm2-135m-instruct --suite suite.json -o report --shard 1/2 --threads 1", "half of the rows, beside a second process; the same command without --shard then makes the report"),
            new("evaluate models/smollm2-135m-instruct --data mine.jsonl --split all --limit 100 --rows out/try.jsonl", "a hundred rows of your own, to see how long it takes"),
            new("evaluate models/smollm2-135m-instruct --data mine.jsonl --attacks 30 --rows out/attacks.jsonl", "what becomes of thirty requests of each label, disguised"),
            new("evaluate models/smollm2-135m-instruct --suite suite.json -o report --endpoint http://localhost:8000/v1 --model qwen2.5-72b-instruct --judge-sample 200", "and how far a judge agrees with the refusal matcher, on two hundred rows"),
            new("evaluate models/smollm2-135m-instruct --data mine.jsonl --compare reference/prompt.onnx --compare-response reference/response.onnx --markdown table.md --rows out/rows.jsonl", "beside the reference form, as Markdown"))
    {
        bundle.AddTo(this);
        suites.AddTo(this);
        selection.AddTo(this);
        Add(attacks);
        Add(rows);
        comparison.AddTo(this);
        judge.AddTo(this);
        Add(sample);
        Add(markdown);
    }

    public override bool IsResumable => true;

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var suite = suites.Read(call, [.. selection.ReplacedBySuite, .. comparison.Options, rows, markdown], [.. selection.BesideSuite, attacks]);
        if (suite is null && call.Get(rows) is null)
            throw new UsageException("--rows: found nothing, expected a file for the evaluated rows, or a suite with --suite.");
        if (call.Has(sample) && judge.Client(call) is null)
            throw new UsageException("--judge-sample: found no --endpoint, expected the judge that it is about.");
        var selected = suite is null ? selection.Read(call).WithAttacks(call.Get(attacks) ?? 0) : selection.Read(call, suite.Files, call.Get(attacks));
        var loaded = bundle.Load(call);
        var options = suite is null ? comparison.Read(call, loaded) : suite.Files.Options(loaded) with { KeepRequests = suite.WithText };
        using var reference = options.Reference;
        IReadOnlyList<EvaluatedRow> evaluated;
        using (var progress = new ProgressLine(call.Terminal))
        {
            evaluated = await EvaluationRun.RowsAsync(
                loaded, options, selected, suite?.Rows ?? new EvaluationFiles { Path = call.Get(rows)! }, call.Warn, progress, call.CancellationToken).ConfigureAwait(false);
        }

        if (suite is not { IsPart: true } && judge.Client(call) is { } asked)
        {
            using var client = asked.Client;
            using var progress = new ProgressLine(call.Terminal);
            var review = new AnswerReview(new ChatJudge(client, asked.Model, judge.Prompt(call)), suite is null ? call.Get(rows) + ".judgements" : Path.Combine(suite.Folder, "judgements.jsonl"), judge.Options(call)) { Sample = call.Get(sample) };
            evaluated = await review.ReviewAsync(evaluated, selected.Rows, progress, call.CancellationToken).ConfigureAwait(false);
        }

        return suite is { IsPart: true }
            ? EvaluationOutput.WritePart(call, suite, evaluated, selected)
            : EvaluationOutput.Write(call, suite, call.Get(markdown), new FinishedEvaluation(loaded.Bundle, options, evaluated, selected, bundle.Threads(call)));
    }
}
