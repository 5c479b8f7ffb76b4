using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using SafeSwitch.Settings;

namespace SafeSwitch.Tests.Schemas;

/// <summary>
/// The schemas in docs/schemas: made from the types that the readers read, with the ranges that are checked and the words that document them. <c>SAFESWITCH_WRITE_DOCS=1</c>
/// renews the files instead of comparing.
/// </summary>
internal static class SchemaFile
{
    private static readonly JsonSerializerOptions Written = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string PathOf(string name) => Fixtures.Repository("docs", "schemas", name + ".schema.json");

    /// <summary>The schema of what a reader reads.</summary>
    /// <param name="type">How it is read.</param>
    /// <param name="title">What the file is.</param>
    public static JsonObject Of(JsonTypeInfo type, string title)
    {
        var schema = type.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe }).AsObject();
        return Headed(schema, title, Documentation.Of(type.Type));
    }

    /// <summary>A schema with what says which dialect it is in and what it is of.</summary>
    public static JsonObject Headed(JsonObject schema, string title, string? description)
    {
        schema.Remove("description");
        var headed = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        if (description is not null)
            headed["description"] = description;
        foreach (var (name, value) in schema.ToList())
        {
            schema.Remove(name);
            headed[name] = value;
        }

        return headed;
    }

    /// <summary>Compares the committed schema with one made now.</summary>
    public static void Check(string name, JsonObject schema)
    {
        var text = schema.ToJsonString(Written).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("SAFESWITCH_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
            File.WriteAllText(PathOf(name), text);
        }
        else
        {
            Assert.True(File.Exists(PathOf(name)), $"'{PathOf(name)}' is not there: SAFESWITCH_WRITE_DOCS=1 writes it");
            Assert.Equal(text, File.ReadAllText(PathOf(name)).ReplaceLineEndings("\n"));
        }
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject node)
            return schema;
        // A parameter of a constructor is required only where the reader says so.
        if (node["required"] is JsonArray required && !context.TypeInfo.Options.RespectRequiredConstructorParameters)
        {
            foreach (var name in required.Where(n => context.TypeInfo.Properties.Any(p => p.Name == (string?)n && !p.IsRequired)).ToList())
                required.Remove(name);
            if (required.Count == 0)
                node.Remove("required");
        }

        if (context.PropertyInfo is not { } property)
            return schema;
        if (property.Name == SchemaReference.Field)
            (node["type"], node["description"]) = ("string", "The schema that editors check the file by; readers pass over it.");
        if (property.AttributeProvider is not MemberInfo member)
            return schema;
        if (member.GetCustomAttribute<RangeAttribute>() is { } range)
            Bound((node["items"] ?? node["additionalProperties"] ?? node).AsObject(), range);
        if (property is { Set: null, AssociatedParameter: null } && (property.PropertyType.IsValueType || property.PropertyType == typeof(string)))
        {
            // Written for people, and not read back.
            node.Clear();
            node["readOnly"] = true;
        }

        if (Documentation.Of(member) is { } description)
            node.Insert(0, "description", description);
        return node;
    }

    private static void Bound(JsonObject node, RangeAttribute range)
    {
        var (least, most) = (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
        node[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = least;
        if (most < int.MaxValue)
            node[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = most;
    }
}
