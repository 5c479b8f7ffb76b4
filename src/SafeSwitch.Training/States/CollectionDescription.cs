using System.Text.Json;
using System.Text.Json.Serialization;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.States;

/// <summary>What all shards of a folder have in common: <c>collection.json</c>.</summary>
internal sealed record CollectionDescription
{
    public const string FileName = "collection.json";

    public required string Model { get; init; }

    /// <summary>What the states depend on besides the rows; rows collected under another one don't mix with these.</summary>
    public required string Fingerprint { get; init; }

    public required int Width { get; init; }

    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>Which states of a prompt are kept; folders of before there was a choice hold those of all content positions.</summary>
    [JsonConverter(typeof(ByName))]
    public KeptPositions Keep { get; init; }

    public static CollectionDescription? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), CollectionJson.Of<CollectionDescription>()) is { Width: > 0, Layers.Count: > 0, Model: not null, Fingerprint: not null } description && !description.Layers.Any(string.IsNullOrEmpty)
                ? description
                : throw new DataException($"'{path}': expected a model, a fingerprint, the names of layers and a width above 0.");
        }
        catch (JsonException e)
        {
            throw new DataException($"'{path}': {e.Path}: found {JsonFault.Describe(e)}, expected what collecting wrote.", e);
        }
    }

    /// <summary>Checks that the existing description is the same, if there is one.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Check(string folder)
    {
        if (Read(folder) is not { } existing)
            return false;
        if (existing.Fingerprint == Fingerprint && existing.Width == Width && existing.Keep == Keep && existing.Layers.SequenceEqual(Layers))
            return true;
        throw new DataException(
            $"'{folder}' holds states of {existing.Describe()}, expected {Describe()}; collect into an empty folder.");
    }

    /// <summary>Writes the description, or checks that the existing one is the same.</summary>
    public void Claim(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!Check(folder))
            AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, CollectionJson.Of<CollectionDescription>()) + "\n");
    }

    private string Describe() =>
        $"{Model} ({Fingerprint}) at {string.Join(", ", Layers)}, {KeptStates.Text(Keep)}";

    internal sealed class ByName() : JsonStringEnumConverter<KeptPositions>(namingPolicy: null, allowIntegerValues: false);
}
