using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Settings;

namespace SafeSwitch.Training.Settings;

/// <summary>
/// Settings as JSON files: recipes, probe designs, sweep plans, suites. Names are in snake case and enums by name; unknown fields are
/// refused, comments and trailing commas are not.
/// </summary>
public static class SettingsFile
{
    // By reflection: generated readers forget the initial values of init-only properties that a file leaves out.
    internal static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>How a file of a type is read: it may name its schema at its top.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => SchemaAllowed<T>.Type;

    /// <summary>Reads settings and checks them by <see cref="DeclaredRanges"/>.</summary>
    /// <typeparam name="T">Their type, such as a recipe.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="expected">What the file holds, in words, for messages.</param>
    /// <exception cref="RecipeException">The file is missing or malformed, or a value in it can't be used.</exception>
    public static T Read<T>(string path, string expected)
        where T : class
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        T settings;
        try
        {
            settings = JsonSerializer.Deserialize(File.ReadAllText(path), TypeOf<T>()) ?? throw new RecipeException(path, "$", "null", expected);
        }
        catch (JsonException e)
        {
            throw new RecipeException(path, e.Path ?? "$", JsonFault.Describe(e), expected, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecipeException(path, "", e.Message, expected, e);
        }

        return DeclaredRanges.ProblemsOf(settings) is [var first, ..]
            ? throw new RecipeException(path, first.Setting, first.Found, first.Expected)
            : settings;
    }

    /// <summary>Writes settings, whole or not at all.</summary>
    /// <param name="path">The file; its folder is made if absent.</param>
    /// <param name="settings">The settings.</param>
    public static void Write<T>(string path, T settings)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.WriteText(path, Text(settings));
    }

    /// <summary>Settings as the text of a file.</summary>
    public static string Text<T>(T settings) => JsonSerializer.Serialize(settings, Json) + "\n";

    private static class SchemaAllowed<T>
    {
        public static readonly JsonTypeInfo<T> Type = SchemaReference.ReaderOf<T>(Json);
    }
}
