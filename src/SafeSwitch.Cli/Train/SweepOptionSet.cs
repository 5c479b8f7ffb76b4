using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Cli.Train;

/// <summary>Whether designs are compared first, and how.</summary>
internal sealed class SweepOptionSet
{
    private readonly Option<string?> sweep = new("--sweep")
    {
        Description = "Compare layers and poolings by sources left out of training, and train the best; a file says which",
        HelpName = "SWEEP.json",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> sweepOnly = new("--sweep-only") { Description = "Compare only; train nothing" };
    private readonly Option<string> shard = new("--shard") { Description = "Train one part of a sweep's networks only, such as 2/4, for several processes with the same folders; the same command without it then compares them", HelpName = "I/N", DefaultValueFactory = _ => "1/1" };
    private readonly Option<bool> leaveOut = new("--leave-one-source-out") { Description = "Also train without each harmful source in turn, and say what is found of it; a sweep always does" };
    private readonly Option<int> rowsPerFold = new Option<int>("--rows-per-source") { Description = "Harmful rows that a source must have to be left out", DefaultValueFactory = _ => BundleProbeTrainer.DefaultRowsPerFold }.WithinRangeOf<int, BundleProbeTrainer>(nameof(BundleProbeTrainer.RowsPerFold));

    private readonly Option<double> rate = new Option<double>("--max-false-positive") { Description = "Share of everyday requests that may be flagged at the threshold where recall is measured", HelpName = "RATE", DefaultValueFactory = _ => BundleProbeTrainer.DefaultMaxFalsePositiveRate }.WithinRangeOf<double, BundleProbeTrainer>(nameof(BundleProbeTrainer.MaxFalsePositiveRate));

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { sweep, sweepOnly, shard, leaveOut, rowsPerFold, rate })
            command.Add(option);
    }

    public bool IsSweep(VerbCall call) => call.Has(sweep) || call.Get(sweepOnly);

    public bool IsSweepOnly(VerbCall call) => call.Get(sweepOnly);

    /// <summary>The part of the sweep that this process trains.</summary>
    public (int Part, int Of) Shard(VerbCall call)
    {
        var part = ShardName.Parse(call.Get(shard)!);
        return part.Of == 1 || IsSweep(call) ? part : throw new UsageException("--shard: found no --sweep, expected one: a single network has no parts.");
    }

    public bool LeavesSourcesOut(VerbCall call) => call.Get(leaveOut);

    public int RowsPerFold(VerbCall call) => call.Get(rowsPerFold);

    public double MaxFalsePositiveRate(VerbCall call) => call.Get(rate);

    /// <summary>What to compare.</summary>
    public SweepPlan Plan(VerbCall call, ProbeOptionSet probe)
    {
        if (call.Get(sweep) is { } file)
        {
            if (probe.Layers(call) is not null || probe.Pooling(call) is not null)
                throw new UsageException("--layers and --pooling: the sweep's file says which; give one of them.");
            var plan = SettingsFile.Read<SweepPlan>(file, "a sweep: layers, poolings, designs");
            return plan with { Training = probe.Training(call, plan.Training) };
        }

        var network = probe.Network(call);
        return new SweepPlan
        {
            Layers = probe.Layers(call),
            Poolings = probe.Pooling(call) is { } pooling ? [pooling] : null,
            Hidden = network.Hidden,
            Copies = network.Copies,
            Training = probe.Training(call, new SweepPlan().Training),
        };
    }
}
