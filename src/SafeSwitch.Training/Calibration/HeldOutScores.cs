using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Calibration;

/// <summary>What a probe's written graph says of the validation rows, in ONNX Runtime: what a host will see, not what the trainer saw.</summary>
internal static class HeldOutScores
{
    /// <summary>Scores of every source while it was left out, if training took them; otherwise of the validation rows, or where the data
    /// names none, of the fifth that training held out.</summary>
    /// <exception cref="DataException">The probe is of other states, its graph was changed, or no rows are held out.</exception>
    public static IReadOnlyList<ScoredRow> Of(
        ProbeRecord probe, StateStore store, string folder, int threads, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var (name, stage) = (probe.Description.Name, probe.Description.Stage);
        var path = Path.Combine(folder, probe.Description.File);
        if (probe.States != store.Description.Fingerprint)
            throw new DataException($"'{path}' was trained on states of another model than these: expected {store.Description.Fingerprint}, found {probe.States}.") { StepToRun = BuildStep.Probes };
        if (!File.Exists(path) || DataFile.Sha256(path) != probe.Description.Sha256)
            throw new DataException($"'{path}' is not the file that training wrote, by its SHA-256 in {name}.json.") { StepToRun = BuildStep.Probes };
        if (probe.ScoresSha256 is { } digest)
        {
            var left = Path.Combine(folder, SourceScores.FileOf(name, Path.GetDirectoryName(probe.Description.File)!));
            return File.Exists(left) && DataFile.Sha256(left) == digest
                ? SourceScores.Read(left)
                : throw new DataException($"'{left}' is not the file that training wrote, by its SHA-256 in {name}.json.") { StepToRun = BuildStep.Probes };
        }

        var states = HeldOutStates.Of(new StoredProbeStates(store, stage, probe.PilotTokens), probe.Training.Seed);
        int[] held = [.. states.Rows.Index().Where(r => r.Item.Split == DataSplits.Validation).Select(r => r.Index)];
        if (held.Length == 0)
            throw new DataException($"No rows of the {stage} stage are held out: expected some with \"split\": \"validation\".");
        var scores = new ScoredRow[held.Length];
        var meter = new ProgressMeter(progress, $"calibrate {name}", "rows", held.Length);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken };
        Parallel.For(0, held.Length, options, () => ProbeGraph.Open(path, stage, probe.Description.Classes), (i, _, graph) =>
        {
            var row = states.Rows[held[i]];
            scores[i] = new ScoredRow(graph.Score(states, held[i]).Probability, row.Positive, row.Source, row.Set) { Kind = row.Kind };
            lock (meter)
                meter.Add(1);
            return graph;
        }, graph => graph.Dispose());
        return scores;
    }
}
