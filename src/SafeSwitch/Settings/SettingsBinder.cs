using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SafeSwitch.Settings;

/// <summary>
/// Reads options from configuration and takes nothing that it can't understand: a guard must not run on a default because somebody
/// mistyped a name. (The framework's binder skips unknown names, empty values and nulls.) Names are compared without case, as
/// configuration does.
/// </summary>
public static class SettingsBinder
{
    /// <summary>Sets what a section says; what it doesn't say stays.</summary>
    /// <param name="section">The section; its values are settings, its children are lists and dictionaries of them.</param>
    /// <param name="target">The options.</param>
    /// <param name="sections">Children that somebody else reads.</param>
    /// <param name="problems">Takes everything that can't be understood, by its path.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static void Bind<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        IConfiguration section, T target, IReadOnlyCollection<string> sections, ICollection<SettingProblem> problems)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(sections);
        ArgumentNullException.ThrowIfNull(problems);
        if (section is IConfigurationSection { Value: not null } single)
        {
            problems.Add(new SettingProblem(single.Path, Quote(single.Value), "a section with settings in it"));
            return;
        }

        var properties = typeof(T).GetProperties().Where(p => p.SetMethod is { IsPublic: true } || p.GetMethod is not null && IsCollection(p.PropertyType)).ToArray();
        foreach (var child in section.GetChildren())
        {
            if (sections.Contains(child.Key, StringComparer.OrdinalIgnoreCase) || (target as IBindsSections)?.TryBind(child, problems) == true)
                continue;
            var property = properties.FirstOrDefault(p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
                problems.Add(new SettingProblem(child.Path, "an unknown setting", KnownNames.OneOf(child.Key, [.. properties.Select(p => p.Name), .. sections])));
            else if (IsCollection(property.PropertyType))
                Fill(property.GetValue(target)!, child, problems);
            else if (TryRead(property.PropertyType, child, problems, out var value))
                property.SetValue(target, value);
        }
    }

    private static bool IsCollection(Type type) => type == typeof(IList<string>) || type == typeof(IDictionary<string, string>);

    private static void Fill(object collection, IConfigurationSection section, ICollection<SettingProblem> problems)
    {
        var children = section.GetChildren().ToArray();
        if (section.Value is not null || children.Length == 0)
        {
            problems.Add(new SettingProblem(section.Path, section.Value is null ? "nothing" : Quote(section.Value), "a section with entries in it"));
            return;
        }

        foreach (var child in children)
        {
            if (!TryRead(typeof(string), child, problems, out var value))
                continue;
            if (collection is IDictionary<string, string> dictionary)
                dictionary[child.Key] = (string)value!;
            else
                ((IList<string>)collection).Add((string)value!);
        }
    }

    private static bool TryRead(Type type, IConfigurationSection section, ICollection<SettingProblem> problems, out object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        value = null;
        var found = section.GetChildren().Any() ? "a section" : section.Value is null ? "nothing" : string.IsNullOrWhiteSpace(section.Value) ? "an empty value" : null;
        var expected = SettingValue.Describe(type, section.Value ?? "");
        if (found is null && SettingValue.TryParse(type, section.Value!, out value))
            return true;
        problems.Add(new SettingProblem(section.Path, found ?? Quote(section.Value!), expected));
        return false;
    }

    private static string Quote(string value) => value.Length > 100 ? $"'{value[..100]}…'" : $"'{value}'";
}

/// <summary>Options with sections that only they know how to read.</summary>
public interface IBindsSections
{
    /// <summary>Reads a section.</summary>
    /// <param name="section">The section.</param>
    /// <param name="problems">Takes everything that can't be understood, by its path.</param>
    /// <returns>Whether it is one of those.</returns>
    bool TryBind(IConfigurationSection section, ICollection<SettingProblem> problems);
}

/// <summary>One setting as text.</summary>
internal static class SettingValue
{
    /// <summary>What a setting of a type looks like.</summary>
    public static string Describe(Type type, string found) =>
        type == typeof(string) ? "a text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(double) || type == typeof(float) ? "a number"
        : type == typeof(TimeSpan) ? "a time as hh:mm:ss, such as 00:00:10 for ten seconds"
        : type.IsEnum ? KnownNames.OneOf(found, Enum.GetNames(type))
        : throw new NotSupportedException($"Settings of type {type.Name} can't be read from text.");

    /// <summary>Reads one, by the invariant culture; numbers that stand for an enum's member are refused.</summary>
    public static bool TryParse(Type type, string text, out object? value)
    {
        value = null;
        var culture = CultureInfo.InvariantCulture;
        text = text.Trim();
        if (type == typeof(string))
            value = text;
        else if (type == typeof(bool) && bool.TryParse(text, out var flag))
            value = flag;
        else if (type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var number))
            value = number;
        else if (type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var large))
            value = large;
        else if (type == typeof(double) && double.TryParse(text, NumberStyles.Float, culture, out var real) && double.IsFinite(real))
            value = real;
        else if (type == typeof(float) && float.TryParse(text, NumberStyles.Float, culture, out var single) && float.IsFinite(single))
            value = single;
        // .NET reads "5" as five days.
        else if (type == typeof(TimeSpan) && text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, culture, out var time))
            value = time;
        else if (type.IsEnum && Enum.GetNames(type).FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } member)
            value = Enum.Parse(type, member);
        return value is not null;
    }
}
