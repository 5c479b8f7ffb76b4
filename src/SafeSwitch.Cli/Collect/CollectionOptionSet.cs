using System.CommandLine;
using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Collect;

/// <summary>What is collected of every row.</summary>
internal sealed class CollectionOptionSet
{
    private static readonly CollectionOptions Defaults = new();
    private static readonly BundleCollector CollectorDefaults = new("");

    private readonly Option<string?> layers = new("--layers") { Description = "Layers to keep; the final one always is. By default all that the graph exports", HelpName = "final,8,16" };
    private readonly Option<KeptPositions> keep = new("--keep") { Description = "What to keep of a prompt: content keeps the states of all content positions and the last, pooled their average and the last (a fiftieth of the bytes; serves probes that pool by MeanState or Last), last that one alone", DefaultValueFactory = _ => Defaults.Keep };
    private readonly Option<string> answers = new("--answers") { Description = "Rows that the model answers, of each label and file: all, none or a number", HelpName = "N", DefaultValueFactory = _ => "all" };
    private readonly Option<int> answerTokens = new Option<int>("--answer-tokens") { Description = "Maximum number of tokens in an answer", DefaultValueFactory = _ => Defaults.AnswerTokens }.WithinRangeOf<int, CollectionOptions>(nameof(CollectionOptions.AnswerTokens));
    private readonly Option<int> pilotTokens = new Option<int>("--pilot-tokens") { Description = "Number of answer tokens whose states are kept, at most", DefaultValueFactory = _ => Defaults.PilotTokens }.WithinRangeOf<int, CollectionOptions>(nameof(CollectionOptions.PilotTokens));
    private readonly Option<int> batch = new Option<int>("--batch") { Description = "Answers decoded at once, where the graph allows it", DefaultValueFactory = _ => Defaults.AnswersAtOnce }.WithinRangeOf<int, CollectionOptions>(nameof(CollectionOptions.AnswersAtOnce));
    private readonly Option<string?> refusals = new("--refusals") { Description = "Refusal texts by kind of harm, run after harmful rows for adapter training; a row's own `refusal` takes precedence", HelpName = "FILE.json" };
    private readonly RefusalPatternOption patterns = new();
    private readonly Option<string> refused = new("--refused") { Description = "Rows of each file that are refused, spread evenly over kinds of harm: all, none or a number", HelpName = "N", DefaultValueFactory = _ => "all" };
    private readonly Option<int> phrasings = new Option<int>("--phrasings") { Description = "Phrasings of every kind of refusal that are used; a small adapter mixes many", DefaultValueFactory = _ => CollectorDefaults.Phrasings }.WithinRangeOf<int, BundleCollector>(nameof(BundleCollector.Phrasings));
    private readonly Option<int> seed = new("--seed") { Description = "Seed by which rows and phrasings are chosen", DefaultValueFactory = _ => CollectorDefaults.Seed };
    private readonly Option<string> shard = new("--shard") { Description = "One part of the rows only, such as 2/4, for several machines", HelpName = "I/N", DefaultValueFactory = _ => "1/1" };
    private readonly Option<int> checkpoint = new Option<int>("--checkpoint") { Description = "Prompt tokens after which what is complete is written: what a kill can cost", DefaultValueFactory = _ => Defaults.PositionsPerShard }.WithinRangeOf<int, CollectionOptions>(nameof(CollectionOptions.PositionsPerShard));
    private readonly Option<int> threads = new Option<int>("--threads") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount }.WithinRangeOf<int, BundleCollector>(nameof(BundleCollector.Threads));

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { layers, keep, answers, answerTokens, pilotTokens, batch, refusals, refused, phrasings, seed, shard, checkpoint, threads })
            command.Add(option);
        patterns.AddTo(command);
    }

    public CollectionOptions Read(VerbCall call) => new()
    {
        Layers = call.Get(layers) is { } text ? LayerList.Numbers(text) : null,
        Keep = call.Get(keep),
        AnswerTokens = call.Get(answerTokens),
        PilotTokens = call.Get(pilotTokens),
        AnswersAtOnce = call.Get(batch),
        PositionsPerShard = call.Get(checkpoint),
    };

    /// <summary>What collects from a model.</summary>
    public BundleCollector Collector(VerbCall call, string model)
    {
        var answered = RowCount(answers.Name, call.Get(answers)!);
        var budget = new CollectionBudget(answered, answered, RowCount(refused.Name, call.Get(refused)!));
        var texts = call.Get(refusals) is { } file ? RefusalTexts.Read(file) : null;
        return new BundleCollector(model)
        {
            Texts = texts,
            Rules = patterns.Rules(call, texts),
            BudgetOf = _ => budget,
            Phrasings = call.Get(phrasings),
            Seed = call.Get(seed),
            Shard = ShardName.Parse(call.Get(shard)!),
            Threads = call.Get(threads),
        };
    }

    /// <summary>Answers of each label, at most.</summary>
    public int AnswersPerLabel(VerbCall call) => RowCount(answers.Name, call.Get(answers)!);

    // As people write it: all, none or 500.
    private static int RowCount(string option, string text) => text switch
    {
        "all" => int.MaxValue,
        "none" => 0,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) => count,
        _ => throw new UsageException($"{option}: found '{text}', expected all, none or a number."),
    };
}
