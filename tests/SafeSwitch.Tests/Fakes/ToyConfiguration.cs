using System.Text;
using Microsoft.Extensions.Configuration;

namespace SafeSwitch.Tests.Fakes;

/// <summary>An <c>appsettings.json</c> that a test writes anew while the host runs.</summary>
internal sealed class ToyConfiguration : IConfigurationSource
{
    private string json;

    public ToyConfiguration(string json)
    {
        this.json = json;
        Root = new ConfigurationBuilder().Add(this).Build();
    }

    public IConfigurationRoot Root { get; }

    public IConfigurationSection SafeSwitch => Root.GetSection("SafeSwitch");

    public void Change(string newJson)
    {
        json = newJson;
        Root.Reload();
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(this);

    private sealed class Provider(ToyConfiguration source) : ConfigurationProvider
    {
        public override void Load()
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(source.json));
            var parsed = new ConfigurationBuilder().AddJsonStream(stream).Build();
            Data = parsed.AsEnumerable().ToDictionary(p => p.Key, p => p.Value, StringComparer.OrdinalIgnoreCase);
        }
    }
}
