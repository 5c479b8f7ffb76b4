using SafeSwitch.Backends;
using SafeSwitch.Bundles;

namespace SafeSwitch.CustomBackend;

/// <summary>Loads bundles of a <see cref="RecurrentModel"/>: a file of answers, and one of refusals for the adapter.</summary>
public sealed class RecurrentBackend : IBackend
{
    public const string BackendName = "recurrent";

    public string Name => BackendName;

    public LoadedBundle Load(Bundle bundle)
    {
        var adapter = bundle.Manifest.Adapters.ToDictionary(a => a.Name, a => Path.Combine(bundle.Folder, a.File));
        return new LoadedBundle(bundle, new RecurrentModel(Path.Combine(bundle.Folder, bundle.Manifest.Decoder.Graph), adapter), []);
    }
}
