using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Import;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Writes the records of imported parts, so that they are calibrated and bundled as trained ones are. What is not known of their training is left open.</summary>
public static class ImportedParts
{
    /// <summary>Writes the record of an imported prober.</summary>
    /// <param name="folder">The instrumented decoder's folder, which holds the probe by now.</param>
    /// <param name="name">The probe's name.</param>
    /// <param name="probe">What was imported.</param>
    /// <exception cref="Onnx.Graphs.GraphException">There is no decoder in the folder.</exception>
    public static ProbeRecord Record(string folder, string name, ImportedProbe probe)
    {
        ArgumentNullException.ThrowIfNull(probe);
        var file = ProbeRecord.GraphOf(name);
        var record = new ProbeRecord
        {
            Description = new ProbeDescription
            {
                Name = name,
                File = file,
                Sha256 = DataFile.Sha256(Path.Combine(folder, file)),
                Stage = probe.Stage,
                HiddenStates = [probe.HiddenStates],
                Pooling = "last, imported",
            },
            Design = new ProbeDesign { Name = name, Stage = probe.Stage, Members = [new() { Pooling = ProbePooling.Last, Layers = [probe.HiddenStates] }] },
            Training = new ProbeTrainingOptions(),
            States = DecoderFingerprint.Of(folder),
            PilotTokens = Math.Max(1, probe.PilotTokens),
        };
        SettingsFile.Write(Path.Combine(folder, ProbeRecord.FileOf(name)), record);
        return record;
    }

    /// <summary>Writes the record of an imported refusal head.</summary>
    /// <param name="folder">The instrumented decoder's folder, which holds the adapter by now.</param>
    /// <param name="name">The adapter's name.</param>
    /// <param name="adapter">What was imported.</param>
    /// <exception cref="Onnx.Graphs.GraphException">There is no decoder in the folder.</exception>
    public static AdapterRecord Record(string folder, string name, ImportedAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        var file = AdapterRecord.AdapterOf(name);
        var record = new AdapterRecord
        {
            Description = new AdapterDescription { Name = name, File = file, Sha256 = DataFile.Sha256(Path.Combine(folder, file)), Rank = adapter.Rank },
            Training = new AdapterTrainingOptions { Rank = adapter.Rank },
            States = DecoderFingerprint.Of(folder),
            Report = new AdapterReport(0, 0, 0, 0, null, null, null, null, 0),
            Quality = new RefusalQuality(0, 0, 0, null),
        };
        SettingsFile.Write(Path.Combine(folder, AdapterRecord.FileOf(name)), record);
        return record;
    }
}
