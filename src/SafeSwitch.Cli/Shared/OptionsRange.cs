using System.CommandLine;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using SafeSwitch.Settings;

namespace SafeSwitch.Cli.Shared;

/// <summary>Ranges of options that set a property of an options type: a range is declared there, and checked before anything is loaded.</summary>
internal static class OptionsRange
{
    /// <summary>Refuses values that the property does not take.</summary>
    public static Option<T> WithinRangeOf<T, TOptions>(this Option<T> option, string property)
    {
        var range = typeof(TOptions).GetProperty(property)!.GetCustomAttribute<RangeAttribute>()!;
        option.Validators.Add(result =>
        {
            // A value that does not parse is reported by the parser.
            if (result.Errors.Any() || result.Tokens.Count == 0 || !double.TryParse(result.Tokens[^1].Value, CultureInfo.InvariantCulture, out var value))
                return;
            if (!DeclaredRanges.Holds(range, value))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: found {value}, expected {DeclaredRanges.Describe(range)}."));
        });
        return option;
    }

    /// <summary>Refuses settings that are each set by an option of the same name.</summary>
    /// <exception cref="UsageException">One is out of its range.</exception>
    public static T CheckedAsOptions<T>(this T settings)
        where T : ICheckedSettings
    {
        foreach (var problem in settings.Check())
            throw new UsageException($"--{JsonNamingPolicy.KebabCaseLower.ConvertName(problem.Setting)}: found {problem.Found}, expected {problem.Expected}.");
        return settings;
    }
}
