using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using SafeSwitch.Bundles;

namespace SafeSwitch.Hosting;

/// <summary>What the bundles of a host say, read once each; loading a model is another matter.</summary>
internal sealed class BundleCatalog(IOptionsMonitor<SafeSwitchOptions> options)
{
    private readonly ConcurrentDictionary<string, Lazy<Bundle>> bundles = new(StringComparer.Ordinal);

    public Bundle Get(string name) => bundles.GetOrAdd(name, n => new Lazy<Bundle>(() => Bundle.Read(options.Get(n).BundlePath))).Value;
}
