using System.CommandLine;
using System.Diagnostics;
using SafeSwitch.Cli.Judge;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Build;

/// <summary>A bundle from a recipe, resumably.</summary>
internal sealed class BuildVerb : Verb
{
    private readonly Argument<string> recipe = new("RECIPE") { Description = "The recipe, a JSON file in the model's folder" };
    private readonly Option<string?> data = new("--data") { Description = "Folder with the data files that are not beside the recipe", HelpName = "DIR" };
    private readonly Option<BuildStep> until = new("--until") { Description = "The last step to take", DefaultValueFactory = _ => BuildStep.Evaluate };
    private readonly Option<string> shard = new("--shard") { Description = "Collect one part of the rows only, such as 2/4, for several machines", HelpName = "I/N", DefaultValueFactory = _ => "1/1" };
    private readonly Option<bool> strict = new("--strict") { Description = "Stop at the first malformed row instead of leaving it out" };
    private readonly Option<int> threads = new Option<int>("--threads") { Description = "Threads", DefaultValueFactory = _ => Environment.ProcessorCount }.WithinRangeOf<int, BuildOptions>(nameof(BuildOptions.Threads));

    public BuildVerb()
        : base(
            "build",
            "Builds a bundle from a recipe: instrument, collect, judge, train, calibrate, evaluate; what is up to date is skipped",
            new("build models/smollm2-135m-instruct/recipe.json --data DATA", "every trained byte of the shipped bundle, from its seed"),
            new("build models/smollm2-135m-instruct/recipe.json --data DATA --until collect --shard 2/4", "one of four parts of the collection, on a machine of its own"))
    {
        Add(recipe);
        foreach (var option in new Option[] { data, until, shard, threads, strict })
            Add(option);
    }

    public override bool IsResumable => true;

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var started = Stopwatch.GetTimestamp();
        var options = new BuildOptions
        {
            Threads = call.Get(threads),
            Strict = call.Get(strict),
            LastStep = call.Get(until),
            Shard = ShardName.Parse(call.Get(shard)!),
            JudgeClient = JudgeEndpoint.Connect,
            Evaluate = (evaluation, token) => SuiteEvaluation.RunAsync(evaluation, call.Terminal, token),
        };
        Bundles.Bundle? bundle;
        using (var progress = new ProgressLine(call.Terminal))
        {
            bundle = await BundleBuilder.BuildAsync(call.Get(recipe), call.Get(data), options, progress, call.CancellationToken).ConfigureAwait(false);
        }

        if (call.IsJson)
            call.WriteJson(BuildDocument.Of(bundle, options.LastStep, Stopwatch.GetElapsedTime(started)), BuildJson.Default);
        else
            BuildReport.Write(call.Terminal, bundle, options.LastStep, Stopwatch.GetElapsedTime(started));
        return ExitCodes.Done;
    }
}
