using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace SafeSwitch.Cli.Shared;

/// <summary>Ranges of numeric options, so that a bad number is reported before anything is loaded.</summary>
internal static class OptionRange
{
    /// <summary>Refuses values outside [<paramref name="least"/>, <paramref name="most"/>].</summary>
    public static Option<T> Within<T>(this Option<T> option, T least, T most, string? expected = null)
        where T : struct, INumber<T>, IMinMaxValue<T>
    {
        option.Validators.Add(result =>
        {
            // A value that does not parse is reported by the parser.
            if (result.Errors.Any() || result.Tokens.Count == 0 || !T.TryParse(result.Tokens[^1].Value, CultureInfo.InvariantCulture, out var value))
                return;
            if (!(value >= least && value <= most))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name}: found {value}, expected {expected ?? Describe(least, most)}."));
        });
        return option;
    }

    private static string Describe<T>(T least, T most)
        where T : struct, INumber<T>, IMinMaxValue<T> =>
        most == T.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"at least {least}")
            : string.Create(CultureInfo.InvariantCulture, $"a number in [{least}, {most}]");
}
