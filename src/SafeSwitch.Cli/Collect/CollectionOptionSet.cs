using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Collect;

/// <summary>What is collected of every row.</summary>
internal sealed class CollectionOptionSet
{
    private static readonly BundleCollectorOptions Defaults = new();

    private readonly Option<string?> layers = new("--layers") { Description = "Layers to keep; the final one always is. By default all that the graph exports", HelpName = "final,8,16" };
    private readonly Option<KeptPositions> keep = new("--keep") { Description = "Of a prompt: content keeps the states of all content positions and the last, pooled their average and the last (a fiftieth of the bytes; serves probes that pool by MeanState or Last), last that one alone", DefaultValueFactory = _ => Defaults.Keep };
    private readonly Option<string> answers = new("--answers") { Description = "Rows that the model answers, of each label and file: all, none or a number", HelpName = "N", DefaultValueFactory = _ => "all" };
    private readonly Option<int> answerTokens = new Option<int>("--answer-tokens") { Description = "Most tokens of an answer", DefaultValueFactory = _ => Defaults.AnswerTokens }.Within(1, 4096);
    private readonly Option<int> pilotTokens = new Option<int>("--pilot-tokens") { Description = "Most answer tokens whose states are kept", DefaultValueFactory = _ => Defaults.PilotTokens }.Within(0, 4096);
    private readonly Option<int> batch = new Option<int>("--batch") { Description = "Answers decoded at once, where the graph allows it", DefaultValueFactory = _ => Defaults.AnswersAtOnce }.Within(1, 256);
    private readonly Option<string?> refusals = new("--refusals") { Description = "Refusal texts by kind of harm, run after harmful rows for adapter training; a row's own `refusal` goes before", HelpName = "FILE.json" };
    private readonly Option<string> refused = new("--refused") { Description = "Rows that are refused, of each file, kinds of harm even: all, none or a number", HelpName = "N", DefaultValueFactory = _ => "all" };
    private readonly Option<int> phrasings = new Option<int>("--phrasings") { Description = "Phrasings of every kind of refusal that are used; a small adapter mixes many", DefaultValueFactory = _ => Defaults.Phrasings }.Within(1, int.MaxValue);
    private readonly Option<int> seed = new("--seed") { Description = "What rows and phrasings are chosen by", DefaultValueFactory = _ => Defaults.Seed };
    private readonly Option<string> shard = new("--shard") { Description = "One part of the rows only, such as 2/4, for several machines", HelpName = "I/N", DefaultValueFactory = _ => "1/1" };
    private readonly Option<int> checkpoint = new Option<int>("--checkpoint") { Description = "Prompt tokens after which what is complete is written: what a kill can cost", DefaultValueFactory = _ => Defaults.Checkpoint }.Within(1, int.MaxValue);
    private readonly Option<int> threads = new Option<int>("--threads") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount }.Within(1, 1024);

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { layers, keep, answers, answerTokens, pilotTokens, batch, refusals, refused, phrasings, seed, shard, checkpoint, threads })
            command.Add(option);
    }

    public BundleCollectorOptions Read(VerbCall call) => new()
    {
        Layers = call.Get(layers) is { } text ? ParseLayers(text) : null,
        Keep = call.Get(keep),
        Answers = RowCount.Parse(answers.Name, call.Get(answers)!),
        AnswerTokens = call.Get(answerTokens),
        PilotTokens = call.Get(pilotTokens),
        AnswersAtOnce = call.Get(batch),
        Texts = call.Get(refusals) is { } file ? RefusalTexts.Read(file) : null,
        Refused = RowCount.Parse(refused.Name, call.Get(refused)!),
        Phrasings = call.Get(phrasings),
        Seed = call.Get(seed),
        Shard = ShardName.Parse(call.Get(shard)!),
        Checkpoint = call.Get(checkpoint),
        Threads = call.Get(threads),
    };

    private static IReadOnlyList<int> ParseLayers(string text)
    {
        try
        {
            return InstrumentOptions.ParseLayers(text);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--layers: {e.Message}.");
        }
    }
}
