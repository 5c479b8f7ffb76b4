using System.Text.Json.Serialization;
using SafeSwitch.Training.Adapters;

namespace SafeSwitch.Cli.Train;

/// <summary>What <c>train adapter --json</c> writes.</summary>
/// <param name="File">The adapter, relative to the bundle.</param>
/// <param name="Sha256">Of the file.</param>
/// <param name="Rank">Its rank.</param>
/// <param name="Report">Token by token, each after the true ones before it.</param>
/// <param name="Quality">What the adapted model says by itself on held-out requests.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record AdapterDocument(string File, string Sha256, int Rank, AdapterReport Report, RefusalQuality Quality, double Seconds)
{
    public static AdapterDocument Of(AdapterRecord record, TimeSpan time) => new(
        record.Description.File, record.Description.Sha256, record.Description.Rank, record.Report, record.Quality, time.TotalSeconds);
}

[JsonSerializable(typeof(AdapterDocument))]
internal sealed partial class AdapterJson : JsonSerializerContext;
