using Microsoft.Extensions.Configuration;

namespace SafeSwitch.Hosting;

/// <summary>The configuration section with the policies of one guarded model.</summary>
internal sealed record PolicySection(string Model, IConfigurationSection Section);
