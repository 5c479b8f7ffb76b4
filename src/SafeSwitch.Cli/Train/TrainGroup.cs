using System.CommandLine;

namespace SafeSwitch.Cli.Train;

/// <summary>What is trained on collected states. A new verb of it is one line here.</summary>
internal sealed class TrainGroup : Command
{
    public TrainGroup()
        : base("train", "Trains a part of a bundle on collected states")
    {
        Add(new TrainProbeVerb());
        Add(new TrainAdapterVerb());
    }
}
