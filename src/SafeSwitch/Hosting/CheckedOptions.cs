using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SafeSwitch.Settings;

namespace SafeSwitch.Hosting;

/// <summary>Options of a guarded model: named after it, read strictly from its configuration, then set in code, then checked.</summary>
internal static class CheckedOptions
{
    private const DynamicallyAccessedMemberTypes Members =
        DynamicallyAccessedMemberTypes.PublicParameterlessConstructor | DynamicallyAccessedMemberTypes.PublicProperties;

    public static void Add<[DynamicallyAccessedMembers(Members)] TOptions>(
        IServiceCollection services, string name, IConfiguration? section, IReadOnlyCollection<string> otherSections, Action<TOptions>? configure, Func<string, string> pathOf)
        where TOptions : class, ICheckedSettings
    {
        services.AddOptions<TOptions>(name);
        services.AddSingleton<IValidateOptions<TOptions>>(new Checks<TOptions>(name, pathOf));
        if (section is not null)
            services.AddSingleton<IConfigureOptions<TOptions>>(new Binding<TOptions>(name, section, otherSections, pathOf));
        if (configure is not null)
            services.Configure(name, configure);
    }

    /// <summary>Binds by the strict rules.</summary>
    private sealed class Binding<[DynamicallyAccessedMembers(Members)] TOptions>(
        string name, IConfiguration section, IReadOnlyCollection<string> otherSections, Func<string, string> pathOf)
        : IConfigureNamedOptions<TOptions>
        where TOptions : class, ICheckedSettings
    {
        public void Configure(TOptions options) => Configure(Options.DefaultName, options);

        public void Configure(string? candidate, TOptions options)
        {
            if (candidate != name)
                return;
            var problems = new List<SettingProblem>();
            SettingsBinder.Bind(section, options, otherSections, problems);
            if (problems.Count > 0 && section is IConfigurationRoot)
            {
                throw new SettingsException(typeof(TOptions).Name, [new SettingProblem(
                    "the root of the configuration",
                    string.Join(", ", problems.Take(5).Select(p => p.Setting)) + (problems.Count > 5 ? $" and {problems.Count - 5} more" : ""),
                    "a section with nothing but settings of SafeSwitch, such as configuration.GetSection(\"SafeSwitch\")")]);
            }

            // What could be read is checked with it, so that everything is told in one go.
            if (problems.Count > 0)
                throw new SettingsException(typeof(TOptions).Name, [.. problems, .. options.Check().Select(p => p with { Setting = pathOf(p.Setting) })]);
        }
    }

    /// <summary>Asks the options themselves. (It throws, instead of answering with texts, so that problems stay apart by field.)</summary>
    private sealed class Checks<TOptions>(string name, Func<string, string> pathOf) : IValidateOptions<TOptions>
        where TOptions : class, ICheckedSettings
    {
        public ValidateOptionsResult Validate(string? candidate, TOptions options)
        {
            if (candidate != name)
                return ValidateOptionsResult.Skip;
            var problems = options.Check().Select(p => p with { Setting = pathOf(p.Setting) }).ToArray();
            return problems.Length == 0 ? ValidateOptionsResult.Success : throw new SettingsException(typeof(TOptions).Name, problems);
        }
    }
}
