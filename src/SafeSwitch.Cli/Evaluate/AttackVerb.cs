using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Attacks;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Guard;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>What a patient attacker gets through.</summary>
internal sealed class AttackVerb : Verb
{
    private readonly BundleLoader bundle = new();
    private readonly RowSelection selection = new(DataSplits.Test);
    private readonly Option<int> rows = new("--rows") { Description = "Harmful requests that are attacked, spread evenly over those of one message", HelpName = "N", DefaultValueFactory = _ => 20 };
    private readonly Option<int> tries = new Option<int>("--tries") { Description = "Suffixes tried after each, at most: a run of the prompt each", HelpName = "N", DefaultValueFactory = _ => new SuffixSearchOptions().Tries }.WithinRangeOf<int, SuffixSearchOptions>(nameof(SuffixSearchOptions.Tries));
    private readonly Option<int> words = new Option<int>("--words") { Description = "Words of a suffix, of those in the data's harmless rows", HelpName = "N", DefaultValueFactory = _ => new SuffixSearchOptions().Words }.WithinRangeOf<int, SuffixSearchOptions>(nameof(SuffixSearchOptions.Words));
    private readonly Option<int> seed = new("--seed") { Description = "What is tried comes from it", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> policy = new("--policy") { Description = "The policy that is attacked; by default the bundle's", HelpName = "NAME" };
    private readonly RefusalPatternOption patterns = new();
    private readonly Option<string?> output = new("--output", "-o") { Description = "Also write what came of each request, a line each. It holds suffixes that work", HelpName = "OUT.jsonl" };

    public AttackVerb()
        : base(
            "attack",
            "Searches for words that bring harmful requests past the guard, and says how many tries it takes",
            new("attack models/smollm2-135m-instruct --data harmful.jsonl harmless.jsonl --rows 20 --tries 500", "twenty harmful test rows, at most five hundred suffixes each"),
            new("attack models/smollm2-135m-instruct --data mine.jsonl --split all --policy strict --tries 100 -o attacks.jsonl", "rows of your own under another policy, and the suffixes that worked"))
    {
        bundle.AddTo(this);
        selection.AddTo(this);
        foreach (var option in new Option[] { rows, tries, words, seed, policy })
            Add(option);
        patterns.AddTo(this);
        Add(output);
    }

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var selected = selection.Read(call).Rows;
        var harmful = selected.Where(r => r is { Harmful: true, Messages.Count: 1 } && r.Request.Length <= AttackRows.LongestRequest).ToList();
        if (harmful.Count == 0)
            throw new DataException($"Found no harmful row of one message and at most {AttackRows.LongestRequest} characters in the data files, expected some to attack.");
        var count = Math.Min(call.Get(rows), harmful.Count);
        if (count < 1)
            throw new UsageException($"--rows: found {call.Get(rows)}, expected at least 1.");
        var loaded = bundle.Load(call);
        BundleLoader.CheckPolicy(loaded.Bundle.Manifest, call.Get(policy));
        var options = new SuffixSearchOptions { Tries = call.Get(tries), Words = call.Get(words), Seed = call.Get(seed), Policy = call.Get(policy), Rules = patterns.Rules(call, texts: null) };
        var model = new GuardedModel(loaded);
        await using (model.ConfigureAwait(false))
        {
            var search = new SuffixSearch(model, options, selected.Where(r => !r.Harmful).Select(r => r.Request));
            IReadOnlyList<SuffixAttack> attacks;
            using (var progress = new ProgressLine(call.Terminal))
                attacks = await search.RunAsync([.. Enumerable.Range(0, count).Select(i => harmful[(int)((long)i * harmful.Count / count)])], progress, call.CancellationToken).ConfigureAwait(false);

            if (call.Get(output) is { } file)
                AtomicFile.WriteText(file, attacks.Aggregate(new StringBuilder(), (text, a) => text.Append(JsonSerializer.Serialize(a, AttackJson.Default.SuffixAttack)).Append('\n')).ToString());
            if (call.IsJson)
                call.WriteJson(attacks, AttackJson.Default);
            else
                TableView.Write(call.Terminal, SuffixTable.Of(attacks, options.Tries));
        }

        return ExitCodes.Done;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<SuffixAttack>))]
internal sealed partial class AttackJson : JsonSerializerContext;
