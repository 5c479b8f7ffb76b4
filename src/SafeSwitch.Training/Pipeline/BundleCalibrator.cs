using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Chooses the thresholds of a folder's trained parts and makes the folder a bundle, or renews the one it is.</summary>
/// <param name="store">The collected states; their validation rows are what thresholds are chosen on.</param>
/// <param name="folder">The instrumented folder with its trained parts.</param>
public sealed class BundleCalibrator(StateStore store, string folder)
{
    /// <summary>The model's name in the bundle.</summary>
    /// <value><see langword="null"/>: the one it has, or else the folder's.</value>
    public string? Name { get; init; }

    /// <summary>Whether thresholds that a policy has of the very probes are replaced.</summary>
    /// <value><see langword="false"/>: they are refused, before anything is scored.</value>
    public bool Overwrite { get; init; }

    /// <summary>Whether nothing of a bundle that stands in the folder is kept but its name.</summary>
    /// <value><see langword="false"/>: what is calibrated is added to it, or takes the place of its like.</value>
    public bool StartsAnew { get; init; }

    /// <summary>Whether the default policy of a bundle that stands becomes the one that is calibrated for.</summary>
    /// <value><see langword="false"/>: it stays.</value>
    public bool SetsDefault { get; init; }

    /// <summary>Policies of a bundle that stands that are taken out of it.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>The data sets that the states are of, for provenance.</summary>
    /// <value><see langword="null"/>: those that are named beside the states.</value>
    public IReadOnlyList<DataSetRecord>? DataSets { get; init; }

    /// <summary>Threads; 0 for one per processor. The result does not depend on them.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Calibrates and writes <c>safeswitch.json</c>.</summary>
    /// <param name="parts">The trained parts.</param>
    /// <param name="options">What is asked for; with a response probe, the tokens that it was trained on go before those named here.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends it; nothing is written then.</param>
    /// <exception cref="ArgumentException">The options can't be used, or no held-out row counts as an everyday request.</exception>
    /// <exception cref="SafeSwitchException">A part is missing or of another model, or there are no rows of a kind that a bound is on.</exception>
    /// <exception cref="ExistingFileException">A policy has thresholds of these probes already.</exception>
    /// <exception cref="IOException">Another process calibrates the folder, or it can't be written.</exception>
    public CalibrationOutcome Calibrate(
        TrainedParts parts, CalibrationOptions options, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(options);
        DeclaredRanges.ThrowIfInvalid(this);
        DeclaredRanges.ThrowIfInvalid(options);
        if (options.Stages == GuardStages.PromptAndResponse && parts.Response is null)
            throw new SettingsException(nameof(CalibrationOptions), [new SettingProblem("stages", $"{options.Stages}", "a probe of the response stage, or the prompt stage alone")]);
        using var claim = WriteLock.Take(Path.Combine(folder, Bundle.ManifestFile));
        var standing = new StandingBundle(folder, StartsAnew ? null : ReadStanding(), Remove);
        standing.Check(parts.Probes, parts.Adapter, options, Overwrite);
        if (parts.Adapter is { } trained)
            CheckAdapter(trained);
        var decoder = InstrumentedDecoder.Describe(folder, Name ?? ExistingName() ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
        CheckDecoder(parts.Probes, decoder);
        // Told before the rows are scored.
        BenignRows.Of(HeldOutStates.Of(new StoredProbeStates(store, MonitorStage.Prompt, parts.Prompt.PilotTokens), parts.Prompt.Training.Seed), MonitorStage.Prompt, options.Benign);

        options = options with { PilotTokens = parts.Response?.PilotTokens ?? options.PilotTokens };
        var promptRows = Score(parts.Prompt);
        var responseRows = parts.Response is null ? [] : Score(parts.Response);
        List<CalibratedProbe> calibrated = [CalibratedProbe.Of(parts.Prompt.Description, promptRows, options)];
        if (parts.Response is not null)
            calibrated.Add(CalibratedProbe.Of(parts.Response.Description, responseRows, options));
        cancellationToken.ThrowIfCancellationRequested();
        calibrated = [.. calibrated.Zip(parts.Probes).Select(p => p.First with { Description = p.First.Description with { CalibratedRows = WriteRows(p.Second) } })];
        var bundle = new BundleParts
        {
            Decoder = decoder,
            Probes = calibrated,
            Adapter = parts.Adapter,
            Calibration = options,
            Seed = parts.Prompt.Training.Seed,
            DataSets = DataSets ?? CollectedData.Read(store.Folder),
            Standing = standing,
            SetsDefault = SetsDefault,
        }.WriteTo(folder);
        return new CalibrationOutcome(bundle, options, promptRows, responseRows)
        {
            PromptProbe = parts.Prompt.Description.Name,
            ResponseProbe = parts.Response?.Description.Name,
            LearnedRows = parts.Prompt.ScoresSha256 is null ? LearnedRows(parts.Prompt) : 0,
            UnknownSources = UnknownSources(parts.Prompt),
        };

        IReadOnlyList<ScoredRow> Score(ProbeRecord probe) =>
            HeldOutScores.Of(probe, store, folder, Threads > 0 ? Threads : Environment.ProcessorCount, progress, cancellationToken);
    }

    // Held-out rows that are also among those that training takes: the same request twice in the data, or in other states than those that the probe was trained on.
    private int LearnedRows(ProbeRecord probe)
    {
        var stored = new StoredProbeStates(store, probe.Description.Stage, probe.PilotTokens);
        var states = HeldOutStates.Of(stored, probe.Training.Seed);
        var learned = Hashes(DataSplits.Train).ToHashSet(StringComparer.Ordinal);
        // What can't be read, and classes, are learned from held-out rows too: the file does not tell those apart.
        if (probe is { Coverage: null, Classes: null } && Trained(probe) is { } trained)
            learned.UnionWith(trained.Rows.Where(r => r.Use == RowUse.Trained).SelectMany(r => r.Hashes));
        return Hashes(DataSplits.Validation).Count(learned.Contains);

        IEnumerable<string> Hashes(string split) => states.Rows.Index().Where(r => r.Item.Split == split).Select(r => UsedRows.HashOf(stored.DataOf(r.Index)));
    }

    // Sources of the held-out rows, where the probe learned from none of them: it may be the wrong probe, or the wrong rows.
    private List<string> UnknownSources(ProbeRecord probe)
    {
        if (Trained(probe) is not { } trained)
            return [];
        var known = trained.Rows.Select(r => r.Source).ToHashSet(StringComparer.Ordinal);
        var sources = new StoredProbeStates(store, probe.Description.Stage, probe.PilotTokens).Rows.Select(r => r.Source).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return sources.Exists(known.Contains) ? [] : sources;
    }

    private UsedRows? Trained(ProbeRecord probe) => probe.Description.TrainedRows is { } file && File.Exists(Path.Combine(folder, file.File)) ? UsedRows.Read(Path.Combine(folder, file.File)) : null;

    // Where training left sources out in turn, its record says what thresholds are chosen on.
    private FileDigest? WriteRows(ProbeRecord probe) => probe.ScoresSha256 is not null
        ? null
        : ProbeRows.Calibrated(new StoredProbeStates(store, probe.Description.Stage, probe.PilotTokens), probe.Training.Seed)
            .WriteTo(folder, ProbeRows.CalibratedFileOf(probe.Description.Name));

    /// <summary>Makes a folder a bundle, or adds to the one it is, with a threshold that is given and not chosen, as the paper's: nothing is measured, and no bound is kept.</summary>
    /// <param name="folder">The folder with its parts.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="threshold">The threshold of each probe, in [0, 1].</param>
    /// <param name="options">The policies and what they do; their bounds are not looked at.</param>
    /// <param name="overwrite">Whether thresholds that a policy has of the very probes are replaced.</param>
    /// <exception cref="ExistingFileException">A policy has thresholds of these probes already.</exception>
    /// <exception cref="SafeSwitchException">A part is missing, changed or of another model.</exception>
    public static Bundle Publish(string folder, TrainedParts parts, double threshold, CalibrationOptions options, bool overwrite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(options);
        DeclaredRanges.ThrowIfInvalid(options);
        SettingsException.ThrowIfInvalid(new SafetyPolicy { PromptThreshold = threshold });
        using var claim = WriteLock.Take(Path.Combine(folder, Bundle.ManifestFile));
        var manifest = File.Exists(Path.Combine(folder, Bundle.ManifestFile)) ? Bundle.Read(folder).Manifest : null;
        var standing = new StandingBundle(folder, manifest, []);
        standing.Check(parts.Probes, parts.Adapter, options, overwrite);
        var fingerprint = DecoderFingerprint.Of(folder);
        foreach (var (file, sha, states) in parts.Probes.Select(p => (p.Description.File, p.Description.Sha256, p.States))
            .Concat(parts.Adapter is { } a ? [(a.Description.File, a.Description.Sha256, a.States)] : []))
        {
            var path = Path.Combine(folder, file);
            if (states != fingerprint)
                throw new DataException($"'{path}' is of another model than the decoder in '{folder}': expected {fingerprint}, found {states}.");
            if (!File.Exists(path) || DataFile.Sha256(path) != sha)
                throw new DataException($"'{path}' is not the file that its record names, by its SHA-256.");
        }

        var decoder = InstrumentedDecoder.Describe(folder, manifest?.Decoder.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
        CheckStates(folder, parts.Probes, decoder);
        return new BundleParts
        {
            Decoder = decoder,
            Probes = [.. parts.Probes.Select(p => new CalibratedProbe(p.Description, new Dictionary<string, double>()) { FixedThreshold = threshold })],
            Adapter = parts.Adapter,
            Calibration = options with { PilotTokens = parts.Response?.PilotTokens ?? options.PilotTokens },
            Seed = parts.Prompt.Training.Seed,
            DataSets = [],
            Standing = standing,
        }.WriteTo(folder);
    }

    // What stands may be of parts that were trained again since: it is read, not opened.
    private BundleManifest? ReadStanding() => File.Exists(Path.Combine(folder, Bundle.ManifestFile)) ? Bundle.Read(folder).Manifest : null;

    private void CheckAdapter(AdapterRecord adapter)
    {
        var path = Path.Combine(folder, adapter.Description.File);
        if (adapter.States != store.Fingerprint)
            throw new DataException($"'{path}' was trained on states of another model than these: expected {store.Fingerprint}, found {adapter.States}.") { StepToRun = BuildStep.Adapter };
        if (!File.Exists(path) || DataFile.Sha256(path) != adapter.Description.Sha256)
            throw new DataException($"'{path}' is not the file that training wrote, by its SHA-256 in {adapter.Description.Name}.json.") { StepToRun = BuildStep.Adapter };
    }

    // Thresholds mean something for the very decoder whose states they were chosen on.
    private void CheckDecoder(IEnumerable<ProbeRecord> probes, DecoderDescription decoder)
    {
        DecoderFingerprint.Check(store, folder);
        CheckStates(folder, probes, decoder);
    }

    private static void CheckStates(string folder, IEnumerable<ProbeRecord> probes, DecoderDescription decoder)
    {
        foreach (var probe in probes)
        {
            if (probe.Description.HiddenStates.FirstOrDefault(s => !decoder.HiddenStates.Contains(s)) is { } missing)
            {
                throw new DataException(
                    $"Probe '{probe.Description.Name}' reads '{missing}', which the graph in '{folder}' does not export: found {string.Join(", ", decoder.HiddenStates)}.")
                {
                    StepToRun = BuildStep.Instrument,
                };
            }
        }
    }

    // Only the name is taken: the parts that an older file names may have been trained again since.
    private string? ExistingName()
    {
        var path = Path.Combine(folder, Bundle.ManifestFile);
        try
        {
            return File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path))?["decoder"]?["name"]?.GetValue<string>() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataException($"'{path}': {e.Message} Correct or remove it; calibration writes it again.", e);
        }
    }
}

/// <summary>The trained parts of a folder that a bundle is made of.</summary>
/// <param name="Prompt">The probe of the prompt stage.</param>
/// <param name="Response">The probe of the response stage; <see langword="null"/> for none.</param>
/// <param name="Adapter">The refusal adapter; <see langword="null"/> for a guard that refuses without one.</param>
public sealed record TrainedParts(ProbeRecord Prompt, ProbeRecord? Response, AdapterRecord? Adapter)
{
    /// <summary>The probes; that of the prompt stage first.</summary>
    public IReadOnlyList<ProbeRecord> Probes => Response is null ? [Prompt] : [Prompt, Response];

    /// <summary>Finds what was trained into a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="promptProbe">The probe of the prompt stage; <see langword="null"/> for the only one.</param>
    /// <param name="responseProbe">The probe of the response stage; <see langword="null"/> for the only one, if there is one.</param>
    /// <param name="promptOnly">Whether the response stage is left out, also where there is a probe of it.</param>
    /// <param name="adapter">The adapter that refuses; <see langword="null"/> for none.</param>
    /// <exception cref="ProbeChoiceException">There are several probes of a stage, and none is named.</exception>
    /// <exception cref="DataException">A part is missing, or a named probe is of another stage.</exception>
    public static TrainedParts Find(string folder, string? promptProbe = null, string? responseProbe = null, bool promptOnly = false, string? adapter = AdapterRecord.Refusal) => new(
        Choose(folder, MonitorStage.Prompt, promptProbe)!,
        promptOnly ? null : Choose(folder, MonitorStage.Response, responseProbe),
        adapter is null ? null : AdapterRecord.Read(Path.Combine(folder, AdapterRecord.FileOf(adapter))));

    private static ProbeRecord? Choose(string folder, MonitorStage stage, string? name)
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
            ? Directory.EnumerateFiles(records, "*.onnx").Select(f => Path.ChangeExtension(f, ".json")).Where(File.Exists).Order(StringComparer.Ordinal).Select(ProbeRecord.Read).Where(r => r.Description.Stage == stage).ToList()
            : [];
        return found switch
        {
            [var only] => only,
            [] when stage == MonitorStage.Response => null,
            [] => throw new DataException($"'{records}' has no trained probe of the {stage} stage, expected one.") { StepToRun = BuildStep.Probes },
            _ => throw new ProbeChoiceException(records, stage, [.. found.Select(r => r.Description.Name)]),
        };
    }
}

/// <summary>Several probes could be meant.</summary>
public sealed class ProbeChoiceException : SafeSwitchException
{
    /// <summary>A refusal that names the probes.</summary>
    /// <param name="folder">Where they are.</param>
    /// <param name="stage">Their stage.</param>
    /// <param name="probes">Their names.</param>
    public ProbeChoiceException(string folder, MonitorStage stage, IReadOnlyList<string> probes)
        : base($"'{folder}' has {probes.Count} probes of the {stage} stage: {string.Join(", ", probes)}. Expected the name of one.")
    {
        Stage = stage;
        Probes = probes;
    }

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0403";

    /// <summary>The stage of the probes.</summary>
    public MonitorStage Stage { get; }

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Probes { get; }
}

/// <summary>What calibrating gave.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Calibration">What the thresholds were chosen for.</param>
/// <param name="PromptRows">Scores of the prompt stage's held-out rows.</param>
/// <param name="ResponseRows">Scores of the response stage's held-out rows; none without that stage.</param>
public sealed record CalibrationOutcome(
    Bundle Bundle, CalibrationOptions Calibration, IReadOnlyList<ScoredRow> PromptRows, IReadOnlyList<ScoredRow> ResponseRows)
{
    /// <summary>The prompt probe that was calibrated.</summary>
    public required string PromptProbe { get; init; }

    /// <summary>Held-out rows of the prompt stage that the probe learned from: what is found of them shows nothing.</summary>
    public int LearnedRows { get; init; }

    /// <summary>The sources of the rows, where the prompt probe learned from none of them; none where it did, or where it is not known.</summary>
    public IReadOnlyList<string> UnknownSources { get; init; } = [];

    /// <summary>The response probe that was calibrated; <see langword="null"/> without that stage.</summary>
    public string? ResponseProbe { get; init; }
}
