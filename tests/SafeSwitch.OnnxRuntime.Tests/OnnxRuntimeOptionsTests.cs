using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntime.Tests;

public class OnnxRuntimeOptionsTests
{
    [Fact]
    public void They_come_from_configuration_then_from_code()
    {
        var options = Read(
            [new("IntraOpThreads", "3"), new("graphoptimization", "basic"), new("ProviderOptions:device_id", "1"), new("LogSeverity", "Warning"), new("IdleCacheBytes", "1000")],
            o => o.IntraOpThreads = 2);

        Assert.Equal((2, GraphOptimization.Basic, LogLevel.Warning, 1000L), (options.IntraOpThreads, options.GraphOptimization, options.LogSeverity, options.IdleCacheBytes));
        Assert.Equal("1", options.ProviderOptions["device_id"]);
    }

    [Theory]
    [InlineData("IntraOpThreads", "0")]
    [InlineData("IntraOpThreads", "all")]
    [InlineData("IntraOpThread", "2")]
    [InlineData("ExecutionProvider", "abacus")]
    [InlineData("GraphOptimization", "3")]
    [InlineData("IdleCacheBytes", "-1")]
    [InlineData("ProviderOptions", "device_id=1")]
    public void What_makes_no_sense_is_refused_by_name(string setting, string value)
    {
        var error = Assert.Throws<SettingsException>(() => Read([new(setting, value)]));

        Assert.Equal($"SafeSwitch:OnnxRuntime:{setting}", Assert.Single(error.Problems).Setting);
    }

    [Fact]
    public void A_backend_made_in_code_checks_them_too()
    {
        Assert.Throws<SettingsException>(() => new OnnxRuntimeBackend(new OnnxRuntimeOptions { IntraOpThreads = -1 }));
        Assert.Throws<SettingsException>(() => new OnnxRuntimeBackend(new OnnxRuntimeOptions { LogSeverity = (LogLevel)99 }));
    }

    private static OnnxRuntimeOptions Read(KeyValuePair<string, string?>[] settings, Action<OnnxRuntimeOptions>? configure = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("SafeSwitch:OnnxRuntime:" + s.Key, s.Value))).Build();
        var services = new ServiceCollection();
        services.AddSafeSwitch(configuration.GetSection("SafeSwitch")).UseOnnxRuntime(configure);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get("");
    }
}
