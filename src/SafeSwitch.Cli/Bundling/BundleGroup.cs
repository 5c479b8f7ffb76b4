using System.CommandLine;

namespace SafeSwitch.Cli.Bundling;

/// <summary>How bundles come and go. A new verb of it is one line here.</summary>
internal sealed class BundleGroup : Command
{
    public BundleGroup()
        : base("bundle", "Lists, fetches and packs bundles")
    {
        Add(new ListVerb());
        Add(new FetchVerb());
        Add(new PackVerb());
    }
}
