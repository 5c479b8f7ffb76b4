using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SafeSwitch.Training.Settings;

/// <summary>An option that can't be used.</summary>
/// <param name="Field">The option as files name it, such as <c>training.batch_rows</c>.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
public sealed record OptionProblem(string Field, string Found, string Expected)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: found {Found}, expected {Expected}";
}

/// <summary>Options that can't be used.</summary>
public sealed class OptionException : ArgumentException
{
    /// <summary>A refusal that lists every problem.</summary>
    public OptionException(IReadOnlyList<OptionProblem> problems)
        : base(string.Join("; ", problems) + ".") => Problems = problems;

    /// <summary>A name for this kind of error that stays whatever its message says.</summary>
    public string DiagnosticId => "SS0404";

    /// <summary>Every problem found.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; }
}

/// <summary>What holds between several options of one object.</summary>
internal interface IOptionRules
{
    /// <summary>The problems; fields are named as seen from this object.</summary>
    IEnumerable<OptionProblem> Problems();
}

/// <summary>
/// Checks options of this package. What holds for one value is declared at its property, as a <see cref="RangeAttribute"/>; for a list or
/// dictionary of numbers it holds for every element. Options within options are checked too, enums must have a defined value, lists
/// no <see langword="null"/>. Every step checks its options, and every file is checked when it is read.
/// </summary>
public static class OptionRules
{
    /// <summary>Every problem of some options, in the order of their properties.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    public static IReadOnlyList<OptionProblem> ProblemsOf(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Walk(options, "");
    }

    /// <summary>Refuses options that can't be used.</summary>
    /// <exception cref="OptionException">Some can't.</exception>
    public static void Check(object options)
    {
        if (ProblemsOf(options) is { Count: > 0 } problems)
            throw new OptionException(problems);
    }

    /// <summary>A range in words: <c>at least 1</c>, <c>a number in [0, 1)</c>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="range"/> is <see langword="null"/>.</exception>
    public static string Describe(RangeAttribute range)
    {
        ArgumentNullException.ThrowIfNull(range);
        var (least, most) = Limits(range);
        return most >= int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{(range.MinimumIsExclusive ? "a number above" : "at least")} {least}")
            : string.Create(CultureInfo.InvariantCulture, $"a number in {(range.MinimumIsExclusive ? '(' : '[')}{least}, {most}{(range.MaximumIsExclusive ? ')' : ']')}");
    }

    /// <summary>Whether a number is in a range; NaN is in none.</summary>
    /// <param name="range">The range.</param>
    /// <param name="value">The number.</param>
    /// <exception cref="ArgumentNullException"><paramref name="range"/> is <see langword="null"/>.</exception>
    public static bool Holds(RangeAttribute range, double value)
    {
        ArgumentNullException.ThrowIfNull(range);
        var (least, most) = Limits(range);
        return (range.MinimumIsExclusive ? value > least : value >= least) && (range.MaximumIsExclusive ? value < most : value <= most);
    }

    private static (double Least, double Most) Limits(RangeAttribute range) =>
        (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));

    private static List<OptionProblem> Walk(object options, string path)
    {
        List<OptionProblem> problems = [.. options.GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && p.GetIndexParameters().Length == 0)
            .SelectMany(p => Of(p.GetValue(options), path + Name(p), p.GetCustomAttribute<RangeAttribute>()))];
        // What holds between options can be asked only of options that are right by themselves.
        if (problems.Count == 0 && options is IOptionRules rules)
            problems.AddRange(rules.Problems().Select(p => p with { Field = path + p.Field }));
        return problems;
    }

    private static IEnumerable<OptionProblem> Of(object? value, string field, RangeAttribute? range) => value switch
    {
        null or string => [],
        Enum choice => Enum.IsDefined(choice.GetType(), choice) ? [] : [new OptionProblem(field, $"{choice:D}", $"one of {string.Join(", ", Enum.GetNames(choice.GetType()))}")],
        IConvertible number when range is not null => Number(number, field, range),
        IDictionary pairs => pairs.Keys.Cast<object>().SelectMany(k => Element(pairs[k], $"{field}.{k}", range)),
        IEnumerable list => list.Cast<object?>().SelectMany((e, i) => Element(e, string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"), range)),
        _ when IsOptions(value.GetType()) => Walk(value, field + "."),
        _ => [],
    };

    private static IEnumerable<OptionProblem> Element(object? value, string field, RangeAttribute? range) =>
        value is null ? [new OptionProblem(field, "null", "a value")] : Of(value, field, range);

    private static IEnumerable<OptionProblem> Number(IConvertible value, string field, RangeAttribute range)
    {
        var number = value.ToDouble(CultureInfo.InvariantCulture);
        return Holds(range, number) ? [] : [new OptionProblem(field, value.ToString(CultureInfo.InvariantCulture), Describe(range))];
    }

    private static bool IsOptions(Type type) => type.IsClass && type.Namespace?.StartsWith(nameof(SafeSwitch), StringComparison.Ordinal) == true;

    private static string Name(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}
