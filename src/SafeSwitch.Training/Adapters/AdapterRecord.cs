using System.Text.Json.Serialization;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Adapters;

/// <summary>
/// What is known of a trained adapter: <c>adapters/NAME.json</c> of a bundle, beside <c>NAME.onnx_adapter</c>. Training
/// writes it, calibration reads it.
/// </summary>
public sealed record AdapterRecord
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

    /// <summary>The file of the rows that it learned to refuse, relative to the bundle.</summary>
    internal static string TrainedFileOf(string adapter) => $"{Folder}/{adapter}.trained.json";

    /// <summary>Reads a record.</summary>
    /// <exception cref="DataException">It is missing or malformed.</exception>
    public static AdapterRecord Read(string path) => RecordFile.Read<AdapterRecord>(path, "an adapter", BuildStep.Adapter);
}

/// <summary>What adapter training reached.</summary>
/// <param name="TrainRows">Refusals trained on.</param>
/// <param name="TrainTokens">Their tokens.</param>
/// <param name="HeldOutRows">Refusals held out.</param>
/// <param name="HeldOutTokens">Their tokens.</param>
/// <param name="BaseTop1">Share of held-out tokens that the base model predicts, each after the true ones before it; <see langword="null"/>, as the next three, where none
/// was held out: nothing was measured then. Below about a tenth
/// the head can hardly say the wanted refusals.</param>
/// <param name="AdaptedTop1">The same with the adapter on.</param>
/// <param name="BaseLoss">Mean cross-entropy of the base model on held-out tokens, in nats.</param>
/// <param name="AdaptedLoss">The same with the adapter on.</param>
/// <param name="TrainTop1">Share of tokens predicted in the last pass of training.</param>
public sealed record AdapterReport(
    int TrainRows,
    int TrainTokens,
    int HeldOutRows,
    int HeldOutTokens,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? BaseTop1,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? AdaptedTop1,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? BaseLoss,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] double? AdaptedLoss,
    double TrainTop1)
{
    /// <summary>Whether the base model can hardly produce the wanted refusals through its head.</summary>
    public bool BaseCanHardlyRefuse => BaseTop1 < 0.1;
}

/// <summary>How good generated refusals are.</summary>
/// <param name="Answers">Answers looked at.</param>
/// <param name="Refused">Of those, refusals.</param>
/// <param name="Fluent">Of those, refusals that end by themselves and repeat nothing.</param>
/// <param name="NamedTopic">Of those, refusals that name what the request is about; <see langword="null"/> if it is unknown what refusals are about.</param>
public sealed record RefusalQuality(int Answers, int Refused, int Fluent, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? NamedTopic);
