using SafeSwitch.Bundles;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Adapters;

/// <summary>
/// What is known of a trained adapter: <c>adapters/NAME.json</c> of a bundle, beside <c>NAME.onnx_adapter</c>. Training
/// writes it, calibration reads it.
/// </summary>
internal sealed record AdapterRecord
{
    /// <summary>Where a bundle keeps its adapters.</summary>
    public const string Folder = "adapters";

    /// <summary>The name of the adapter that refuses.</summary>
    public const string Refusal = "refusal";

    /// <summary>The adapter as a manifest names it, its file relative to the bundle.</summary>
    public required AdapterDescription Description { get; init; }

    /// <summary>How it was trained.</summary>
    public required AdapterTrainingOptions Training { get; init; }

    /// <summary>Fingerprint of the collected states that it was trained on.</summary>
    public required string States { get; init; }

    /// <summary>Token by token, each after the true ones before it.</summary>
    public required AdapterReport Report { get; init; }

    /// <summary>What the adapted model says by itself on held-out requests.</summary>
    public required RefusalQuality Quality { get; init; }

    /// <summary>The record's file, relative to the bundle.</summary>
    public static string FileOf(string adapter) => $"{Folder}/{adapter}.json";

    /// <summary>The adapter's file, relative to the bundle.</summary>
    public static string AdapterOf(string adapter) => $"{Folder}/{adapter}.onnx_adapter";

    /// <summary>Writes the record, whole or not at all.</summary>
    public void Write(string path) => TrainingRecords.Write(path, this);

    /// <summary>Reads a record.</summary>
    /// <exception cref="DataException">It is missing or malformed.</exception>
    public static AdapterRecord Read(string path) => TrainingRecords.Read<AdapterRecord>(path, "an adapter", "safeswitch train adapter");
}
