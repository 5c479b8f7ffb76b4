using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SafeSwitch.Settings;

/// <summary>
/// Checks options whose properties declare what they take, as a <see cref="RangeAttribute"/>; for a list or dictionary of numbers it holds for every
/// element. Options within options are checked too, enums must have a defined value, lists no <see langword="null"/>.
/// </summary>
public static class DeclaredRanges
{
    private const string Reflects = "Reads the properties of options within options, which trimming may remove.";

    /// <summary>Everything that is wrong with some options: what their <see cref="ICheckedSettings"/> says, or else their declared ranges.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    [RequiresUnreferencedCode(Reflects)]
    public static IReadOnlyList<SettingProblem> ProblemsOf(object options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options is ICheckedSettings settings ? [.. settings.Check()] : Walk(options);
    }

    /// <summary>What lies outside its declared range, and else what is wrong between the values: for implementing <see cref="ICheckedSettings"/>.</summary>
    /// <param name="options">The options.</param>
    /// <param name="between">What holds between values; asked only where each is right by itself.</param>
    /// <exception cref="ArgumentNullException">One is <see langword="null"/>.</exception>
    [RequiresUnreferencedCode(Reflects)]
    public static IEnumerable<SettingProblem> Check(object options, IEnumerable<SettingProblem> between)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(between);
        return Walk(options) is { Count: > 0 } problems ? problems : between;
    }

    /// <summary>The same for options without options within: trimming keeps what it needs, so that a host may be compiled ahead of time.</summary>
    /// <typeparam name="T">Their type.</typeparam>
    /// <param name="options">The options.</param>
    /// <param name="between">What no range can say: times, texts, what holds between values.</param>
    /// <exception cref="ArgumentNullException">One is <see langword="null"/>.</exception>
    public static IEnumerable<SettingProblem> CheckFlat<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(T options, IEnumerable<SettingProblem> between)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(between);
        var problems = new List<SettingProblem>();
        foreach (var (property, range) in Flat<T>.Checked)
        {
            var problem = property.GetValue(options) switch
            {
                Enum choice when !Enum.IsDefined(choice.GetType(), choice) => new SettingProblem(property.Name, $"{choice:D}", string.Join(" or ", Enum.GetNames(choice.GetType()))),
                IConvertible number when range is not null => Problem(number, property, property.Name, range),
                _ => null,
            };
            if (problem is not null)
                problems.Add(problem);
        }

        return problems.Concat(between);
    }

    /// <summary>Refuses options that can't be used.</summary>
    /// <exception cref="SettingsException">Something is wrong with them; everything is listed.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    [RequiresUnreferencedCode(Reflects)]
    public static void ThrowIfInvalid(object options)
    {
        if (ProblemsOf(options) is { Count: > 0 } problems)
            throw new SettingsException(options.GetType().Name, problems);
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

    [RequiresUnreferencedCode(Reflects)]
    private static List<SettingProblem> Walk(object options) => [.. options.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.CanWrite && p.GetIndexParameters().Length == 0)
        .SelectMany(p => Of(p.GetValue(options), p, Name(p), p.GetCustomAttribute<RangeAttribute>()))];

    [RequiresUnreferencedCode(Reflects)]
    private static IEnumerable<SettingProblem> Of(object? value, PropertyInfo property, string name, RangeAttribute? range) => value switch
    {
        null or string => [],
        Enum choice => Enum.IsDefined(choice.GetType(), choice) ? [] : [new SettingProblem(name, $"{choice:D}", $"one of {string.Join(", ", Enum.GetNames(choice.GetType()))}")],
        IConvertible number when range is not null => Problem(number, property, name, range) is { } problem ? [problem] : [],
        IDictionary pairs => pairs.Keys.Cast<object>().SelectMany(k => Element(pairs[k], property, $"{name}.{k}", range)),
        IEnumerable list => list.Cast<object?>().SelectMany((e, i) => Element(e, property, string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), range)),
        // As files name them, whatever they are called where a host sets them.
        _ when IsOptions(value.GetType()) => ProblemsOf(value).Select(p => p with { Setting = $"{name}.{JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Setting)}" }),
        _ => [],
    };

    [RequiresUnreferencedCode(Reflects)]
    private static IEnumerable<SettingProblem> Element(object? value, PropertyInfo property, string name, RangeAttribute? range) =>
        value is null ? [new SettingProblem(name, "null", "a value")] : Of(value, property, name, range);

    private static SettingProblem? Problem(IConvertible value, PropertyInfo property, string name, RangeAttribute range) =>
        Holds(range, value.ToDouble(CultureInfo.InvariantCulture))
            ? null
            : new SettingProblem(
                name, value.ToString(CultureInfo.InvariantCulture), Describe(range) + (Nullable.GetUnderlyingType(property.PropertyType) is null ? "" : ", or nothing"));

    private static bool IsOptions(Type type) => type.IsClass && type.Namespace?.StartsWith(nameof(SafeSwitch), StringComparison.Ordinal) == true;

    private static string Name(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);

    // Looked for once: a request's policy is checked at every request.
    private static class Flat<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>
    {
        public static readonly (PropertyInfo Property, RangeAttribute? Range)[] Checked =
        [
            .. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => p is { CanRead: true, CanWrite: true } && p.GetIndexParameters().Length == 0)
                .Select(p => (p, p.GetCustomAttribute<RangeAttribute>()))
                .Where(c => c.Item2 is not null || (Nullable.GetUnderlyingType(c.p.PropertyType) ?? c.p.PropertyType).IsEnum),
        ];
    }
}
