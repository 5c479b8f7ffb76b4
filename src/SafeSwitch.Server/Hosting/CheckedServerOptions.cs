using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SafeSwitch.Server.Settings;
using SafeSwitch.Settings;

namespace SafeSwitch.Server.Hosting;

/// <summary>A server's options, read strictly from configuration, then set in code, then checked.</summary>
internal static class CheckedServerOptions
{
    /// <summary>Reads them; what is not understood is refused.</summary>
    public sealed class Binding(IConfiguration section) : IConfigureOptions<SafeSwitchServerOptions>
    {
        public void Configure(SafeSwitchServerOptions options)
        {
            var problems = new List<SettingProblem>();
            SettingsBinder.Bind(section, options, [], problems);
            if (problems.Count > 0)
                throw new SettingsException(nameof(SafeSwitchServerOptions), problems);
        }
    }

    /// <summary>Asks the options themselves. (It throws, instead of answering with texts, so that problems stay apart by field.)</summary>
    public sealed class Checks : IValidateOptions<SafeSwitchServerOptions>
    {
        public ValidateOptionsResult Validate(string? name, SafeSwitchServerOptions options)
        {
            SettingsException.ThrowIfInvalid(options);
            return ValidateOptionsResult.Success;
        }
    }
}
