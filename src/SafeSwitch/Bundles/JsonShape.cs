using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SafeSwitch.Settings;

namespace SafeSwitch.Bundles;

/// <summary>
/// Holds a JSON document against the shape that a type has, and reports every difference by its path: unknown fields, missing ones,
/// nulls, fields that come twice, values of another type. (The framework's reader stops at the first one and lets nulls into lists.)
/// </summary>
internal static class JsonShape
{
    public static void Check(JsonElement element, JsonTypeInfo type, string path, Action<string, string, string> report)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckFields(element, type, path, report);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                foreach (var (i, item) in element.EnumerateArray().Index())
                    Check(item, Element(type), $"{path}[{i}]", report);
                break;
            case JsonTypeInfoKind.Dictionary when element.ValueKind == JsonValueKind.Object:
                foreach (var entry in Once(element, path, report))
                    Check(entry.Value, Element(type), $"{path}.{entry.Name}", report);
                break;
            case JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary:
                report(path, Show(element), "an object");
                break;
            case JsonTypeInfoKind.Enumerable:
                report(path, Show(element), "a list");
                break;
            default:
                CheckValue(element, Nullable.GetUnderlyingType(type.Type) ?? type.Type, path, report);
                break;
        }
    }

    private static void CheckFields(JsonElement element, JsonTypeInfo type, string path, Action<string, string, string> report)
    {
        // What isn't part of the file is listed too, with nothing to read or write it.
        var properties = type.Properties.Where(p => p.Get is not null || p.Set is not null).ToArray();
        foreach (var field in Once(element, path, report))
        {
            var property = properties.FirstOrDefault(p => p.Name == field.Name);
            if (property is null)
                report($"{path}.{field.Name}", "an unknown field", KnownNames.OneOf(field.Name, [.. properties.Select(p => p.Name)]));
            else if (field.Value.ValueKind != JsonValueKind.Null || !IsNullable(property))
                Check(field.Value, type.Options.GetTypeInfo(property.PropertyType), $"{path}.{field.Name}", report);
        }

        foreach (var property in properties.Where(p => p.IsRequired && !element.TryGetProperty(p.Name, out _)))
            report($"{path}.{property.Name}", "nothing", "a value");
    }

    private static List<JsonProperty> Once(JsonElement element, string path, Action<string, string, string> report)
    {
        var (fields, seen) = (new List<JsonProperty>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var field in element.EnumerateObject())
        {
            if (seen.Add(field.Name))
                fields.Add(field);
            else
                report($"{path}.{field.Name}", "the field twice", "it once");
        }

        return fields;
    }

    private static void CheckValue(JsonElement element, Type type, string path, Action<string, string, string> report)
    {
        var fits = element.ValueKind switch
        {
            JsonValueKind.String when type == typeof(string) => true,
            JsonValueKind.String when type == typeof(TimeSpan) || type.IsEnum => SettingValue.TryParse(type, element.GetString()!, out _),
            JsonValueKind.Number when type == typeof(int) || type == typeof(long) || type == typeof(double) => SettingValue.TryParse(type, element.GetRawText(), out _),
            JsonValueKind.True or JsonValueKind.False => type == typeof(bool),
            _ => false,
        };
        if (!fits)
            report(path, Show(element), SettingValue.Describe(type, element.ValueKind == JsonValueKind.String ? element.GetString()! : ""));
    }

    private static bool IsNullable(JsonPropertyInfo property) =>
        property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(property.PropertyType) is not null : property.IsSetNullable;

    private static JsonTypeInfo Element(JsonTypeInfo type) => type.Options.GetTypeInfo(type.ElementType!);

    private static string Show(JsonElement element)
    {
        var text = element.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => $"'{element.GetString()}'",
            _ => element.GetRawText(),
        };
        return text.Length > 100 ? text[..100] + "…" : text;
    }
}
