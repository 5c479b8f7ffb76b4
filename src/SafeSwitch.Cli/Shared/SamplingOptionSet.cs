using System.CommandLine;
using SafeSwitch.Sampling;

namespace SafeSwitch.Cli.Shared;

/// <summary>The options that say how tokens are chosen.</summary>
internal sealed class SamplingOptionSet
{
    private readonly Option<float> temperature = new Option<float>("--temperature")
    {
        Description = "Divides the logits; 0 is greedy",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<int> topK = new Option<int>("--top-k") { Description = "Keep this many of the likeliest tokens; 0 keeps all" };

    private readonly Option<float> topP = new Option<float>("--top-p")
    {
        Description = "Keep the likeliest tokens that together have this probability",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<float> minP = new Option<float>("--min-p") { Description = "Drop tokens less likely than this fraction of the likeliest" };

    private readonly Option<float> repetitionPenalty = new Option<float>("--repetition-penalty")
    {
        Description = "Makes tokens that have already occurred less likely; 1 changes nothing",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<int?> seed = new("--seed") { Description = "Seed of the random choices, for the same answer again" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { temperature, topK, topP, minP, repetitionPenalty, seed })
            command.Add(option);
    }

    /// <exception cref="UsageException">One is out of its range.</exception>
    public SamplingOptions Read(VerbCall call) => new SamplingOptions
    {
        Temperature = call.Get(temperature),
        TopK = call.Get(topK),
        TopP = call.Get(topP),
        MinP = call.Get(minP),
        RepetitionPenalty = call.Get(repetitionPenalty),
        Seed = call.Get(seed),
    }.CheckedAsOptions();
}
