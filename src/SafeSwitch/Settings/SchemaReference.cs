using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SafeSwitch.Settings;

/// <summary>
/// A file may say, under <c>$schema</c> at its top, which JSON schema an editor is to check it by. Readers pass over it, so that it is no unknown field.
/// </summary>
public static class SchemaReference
{
    /// <summary>The field's name.</summary>
    public const string Field = "$schema";

    /// <summary>How files that hold an object of a type are read: as the options say, and with the field at the top.</summary>
    /// <typeparam name="T">What a file holds.</typeparam>
    /// <param name="options">How its fields are read, with a resolver that knows the type.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">They have no resolver.</exception>
    public static JsonTypeInfo<T> ReaderOf<T>(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var resolver = options.TypeInfoResolver ?? throw new ArgumentException("They have no resolver.", nameof(options));
        return (JsonTypeInfo<T>)new JsonSerializerOptions(options) { TypeInfoResolver = resolver.WithAddedModifier(Allow<T>) }.GetTypeInfo(typeof(T));
    }

    private static void Allow<T>(JsonTypeInfo type)
    {
        if (type.Type != typeof(T) || type.Kind != JsonTypeInfoKind.Object)
            return;
        var property = JsonMetadataServices.CreatePropertyInfo(type.Options, new JsonPropertyInfoValues<string>
        {
            IsProperty = true,
            IsPublic = true,
            DeclaringType = typeof(T),
            PropertyName = Field,
            JsonPropertyName = Field,
            Setter = static (_, _) => { },
        });
        property.IsSetNullable = false;
        type.Properties.Add(property);
    }
}
