using System.CommandLine;

namespace SafeSwitch.Cli.Shared;

/// <summary>The word without which nothing that took work to make is replaced.</summary>
internal sealed class ForceOption
{
    private readonly Option<bool> force;

    /// <param name="replaces">What would be lost, as an object: "a probe of that name".</param>
    public ForceOption(string replaces) => force = new Option<bool>("--force") { Description = $"Replace {replaces}" };

    public void AddTo(Command command) => command.Add(force);

    public bool IsGiven(VerbCall call) => call.Get(force);
}
