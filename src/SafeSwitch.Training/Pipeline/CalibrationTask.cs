using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Chooses the thresholds of a folder's trained parts and makes the folder a bundle, or renews the one it is.</summary>
/// <param name="statesFolder">The collected states.</param>
/// <param name="folder">The instrumented folder with its trained parts.</param>
/// <param name="progress">Told how far it is.</param>
/// <param name="cancellationToken">Ends it; nothing is written then.</param>
internal sealed class CalibrationTask(
    string statesFolder, string folder, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
{
    /// <summary>The probe of the prompt stage; <see langword="null"/> for the only one.</summary>
    public string? PromptProbe { get; init; }

    /// <summary>The probe of the response stage; <see langword="null"/> for the only one, if there is one.</summary>
    public string? ResponseProbe { get; init; }

    /// <summary>Whether the prompt stage alone decides, also where there is a probe of the response stage.</summary>
    public bool PromptOnly { get; init; }

    /// <summary>Sets whose harmless rows stand for everyday requests; <see langword="null"/> for the usual.</summary>
    public IReadOnlyList<string>? EverydaySets { get; init; }

    /// <summary>The model's name in the bundle; <see langword="null"/> for the one it has, or else the folder's.</summary>
    public string? Name { get; init; }

    /// <summary>Threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Calibrates and writes <c>safeswitch.json</c>.</summary>
    /// <param name="calibration">What is asked for; the everyday rule and the stages are this task's.</param>
    /// <exception cref="SafeSwitchException">A part is missing or of another model, or there are no rows of a kind that a bound is on.</exception>
    public CalibrationOutcome Run(RecipeCalibration calibration)
    {
        using var store = StateStore.Open(statesFolder);
        var prompt = TrainedProbes.Choose(folder, MonitorStage.Prompt, PromptProbe)!;
        var response = PromptOnly ? null : TrainedProbes.Choose(folder, MonitorStage.Response, ResponseProbe);
        var adapter = AdapterRecord.Read(Path.Combine(folder, AdapterRecord.FileOf(AdapterRecord.Refusal)));
        CheckAdapter(adapter, store);
        var decoder = InstrumentedDecoder.Describe(folder, Name ?? StandingName() ?? Path.GetFileName(Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar)));
        CheckDecoder(store, [prompt, .. response is null ? [] : new[] { response }], decoder);

        var states = HeldOutStates.Of(new StoredProbeStates(store, MonitorStage.Prompt, prompt.PilotTokens), prompt.Training.Seed);
        calibration = calibration with
        {
            Everyday = EverydayChoice.Of(states, MonitorStage.Prompt, EverydaySets),
            Stages = response is null ? GuardStages.Prompt : GuardStages.PromptAndResponse,
            PilotTokens = response?.PilotTokens ?? calibration.PilotTokens,
        };
        var promptRows = Score(prompt);
        var responseRows = response is null ? [] : Score(response);
        List<CalibratedProbe> calibrated = [CalibratedProbe.Of(prompt.Description, promptRows, calibration)];
        if (response is not null)
            calibrated.Add(CalibratedProbe.Of(response.Description, responseRows, calibration));
        cancellationToken.ThrowIfCancellationRequested();
        var bundle = new BundleParts
        {
            Decoder = decoder,
            Probes = calibrated,
            Adapter = adapter,
            Calibration = calibration,
            Seed = prompt.Training.Seed,
            DataSets = CollectedData.Read(statesFolder),
        }.WriteTo(folder);
        return new CalibrationOutcome(bundle, calibration, promptRows, responseRows);

        IReadOnlyList<ScoredRow> Score(ProbeRecord probe) => HeldOutScores.Of(probe, store, folder, Threads, progress, cancellationToken);
    }

    private void CheckAdapter(AdapterRecord adapter, StateStore store)
    {
        var path = Path.Combine(folder, adapter.Description.File);
        if (adapter.States != store.Description.Fingerprint)
            throw new DataException($"'{path}' was trained on states of another model than these: expected {store.Description.Fingerprint}, found {adapter.States}. Train it again: safeswitch train adapter.");
        if (!File.Exists(path) || DataFile.Sha256(path) != adapter.Description.Sha256)
            throw new DataException($"'{path}' is not the file that training wrote, by its SHA-256 in {adapter.Description.Name}.json. Train it again: safeswitch train adapter.");
    }

    // Thresholds mean something for the very decoder whose states they were chosen on.
    private void CheckDecoder(StateStore store, IReadOnlyList<ProbeRecord> probes, DecoderDescription decoder)
    {
        var fingerprint = DecoderFingerprint.Of(folder);
        if (store.Description.Fingerprint != fingerprint)
            throw new DataException($"'{statesFolder}' holds states of another model: expected {fingerprint}, the decoder in '{folder}', found {store.Description.Fingerprint}. Collect them again: safeswitch collect.");
        foreach (var probe in probes)
        {
            if (probe.Description.HiddenStates.FirstOrDefault(s => !decoder.HiddenStates.Contains(s)) is { } missing)
            {
                throw new DataException(
                    $"Probe '{probe.Description.Name}' reads '{missing}', which the graph in '{folder}' does not export: found {string.Join(", ", decoder.HiddenStates)}. " +
                    $"Instrument it again with that layer: safeswitch instrument {folder} -o {folder} --layers …");
            }
        }
    }

    // Only the name is taken: the parts that an older file names may have been trained anew since.
    private string? StandingName()
    {
        var path = Path.Combine(folder, Bundle.ManifestFile);
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))?["decoder"]?["name"]?.GetValue<string>() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataException($"'{path}': {e.Message} Mend or remove it; it is written anew.", e);
        }
    }

    private static class TrainedProbes
    {
        public static ProbeRecord? Choose(string folder, MonitorStage stage, string? name)
        {
            if (name is not null)
            {
                var named = ProbeRecord.Read(Path.Combine(folder, ProbeRecord.FileOf(name)));
                return named.Description.Stage == stage
                    ? named
                    : throw new DataException($"Probe '{name}' is of the {named.Description.Stage} stage, expected one of the {stage} stage.");
            }

            var records = Path.Combine(folder, ProbeRecord.Folder);
            var found = Directory.Exists(records)
                ? Directory.EnumerateFiles(records, "*.json").Order(StringComparer.Ordinal).Select(ProbeRecord.Read).Where(r => r.Description.Stage == stage).ToList()
                : [];
            var option = stage == MonitorStage.Prompt ? "--prompt-probe" : "--response-probe";
            return found switch
            {
                [var only] => only,
                [] when stage == MonitorStage.Response => null,
                [] => throw new DataException($"'{records}' has no trained probe of the {stage} stage. Train one first: safeswitch train probe {folder} --states STATES."),
                _ => throw new DataException($"'{records}' has {found.Count} probes of the {stage} stage: {string.Join(", ", found.Select(r => r.Description.Name))}. Say which: {option} {found[0].Description.Name}."),
            };
        }
    }
}
