using SafeSwitch.Backends;
using SafeSwitch.Bundles;

namespace SafeSwitch.Tests.Fakes;

/// <summary>A backend that has loaded its model before anyone asks.</summary>
internal sealed class ToyBackend(ToyModel model) : IBackend
{
    public string Name => "toy";

    public int Loads { get; private set; }

    public LoadedBundle Load(Bundle bundle)
    {
        Loads++;
        return new LoadedBundle(bundle, model, []);
    }
}
