using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Adapters;

namespace SafeSwitch.Cli.Train;

/// <summary>How an adapter is trained.</summary>
internal sealed class AdapterOptionSet
{
    private const int UsualSteps = 200;

    private static readonly AdapterTrainingOptions Defaults = new();

    private readonly Option<int> rank = new Option<int>("--rank") { Description = "Rank of the change to the head; its file has rank x (hidden + vocabulary) numbers", DefaultValueFactory = _ => Defaults.Rank }.WithinRangeOf<int, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.Rank));
    private readonly Option<float?> alpha = new Option<float?>("--alpha") { Description = "Strength of the branch, as a multiple of 1/rank; by default the rank" }.WithinRangeOf<float?, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.Alpha));
    private readonly Option<int> epochs = new Option<int>("--epochs") { Description = "Passes over the refusals' tokens; by default three, and more where there are few: until 200 steps were taken", DefaultValueFactory = _ => Defaults.Epochs }.WithinRangeOf<int, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.Epochs));
    private readonly Option<int> batchTokens = new Option<int>("--batch-tokens") { Description = "Tokens per step", DefaultValueFactory = _ => Defaults.BatchTokens }.WithinRangeOf<int, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.BatchTokens));
    private readonly Option<float> learningRate = new Option<float>("--learning-rate") { Description = "AdamW's step size", DefaultValueFactory = _ => Defaults.LearningRate }.WithinRangeOf<float, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.LearningRate));
    private readonly Option<float> weightDecay = new Option<float>("--weight-decay") { Description = "AdamW's decoupled weight decay", DefaultValueFactory = _ => Defaults.WeightDecay }.WithinRangeOf<float, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.WeightDecay));
    private readonly Option<float> kl = new Option<float>("--kl") { Description = "Weight of staying near the base model after harmless prompts (KL divergence); 0 where the adapter is on only to refuse", DefaultValueFactory = _ => Defaults.KlWeight }.WithinRangeOf<float, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.KlWeight));
    private readonly Option<int> seed = new("--seed") { Description = "Every random choice comes from it", DefaultValueFactory = _ => Defaults.Seed };
    private readonly Option<int> threads = new Option<int>("--threads") { Description = "Threads; the result does not depend on them", DefaultValueFactory = _ => Environment.ProcessorCount }.WithinRangeOf<int, AdapterTrainingOptions>(nameof(AdapterTrainingOptions.Threads));

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { rank, alpha, epochs, batchTokens, learningRate, weightDecay, kl, seed, threads })
            command.Add(option);
    }

    public AdapterTrainingOptions Read(VerbCall call) => new()
    {
        Rank = call.Get(rank),
        Alpha = call.Get(alpha) ?? call.Get(rank),
        Epochs = call.Get(epochs),
        FewestSteps = call.Has(epochs) ? null : UsualSteps,
        BatchTokens = call.Get(batchTokens),
        LearningRate = call.Get(learningRate),
        WeightDecay = call.Get(weightDecay),
        KlWeight = call.Get(kl),
        Seed = call.Get(seed),
        Threads = call.Get(threads),
    };
}
