using System.Globalization;
using System.Numerics.Tensors;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes;

/// <summary>Writes a trained probe's graph after holding it against the trainer's own scores.</summary>
internal static class ProbeWriter
{
    /// <summary>How far a score of the graph may be from the trainer's.</summary>
    public const float Tolerance = 1e-4f;

    private const int CheckedRows = 64;

    /// <summary>Writes the graph, whole and right, or not at all.</summary>
    /// <param name="probe">The probe.</param>
    /// <param name="states">States of its training, on some of whose rows the graph is checked.</param>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="file">The graph's file, relative to it.</param>
    /// <returns>The probe as a manifest names it, not calibrated.</returns>
    /// <exception cref="GraphException">The graph does not give the trainer's scores.</exception>
    public static ProbeDescription Write(TrainedProbe probe, IProbeStates states, string folder, string file)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.WriteAt(path, temporary =>
        {
            ProbeExporter.Write(probe, temporary);
            Check(probe, states, temporary);
        });
        return new ProbeDescription
        {
            Name = probe.Design.Name,
            File = file,
            Sha256 = DataFile.Sha256(path),
            Stage = probe.Design.Stage,
            HiddenStates = probe.HiddenStates,
            Pooling = probe.Design.Describe(),
            Classes = probe.ClassNames,
        };
    }

    private static void Check(TrainedProbe probe, IProbeStates states, string path)
    {
        var step = Math.Max(1, states.Rows.Count / CheckedRows);
        int[] rows = [.. Enumerable.Range(0, states.Rows.Count).Where(i => i % step == 0)];
        var expected = probe.Score(states, rows);
        using var graph = ProbeGraph.Open(path, probe.Design.Stage, probe.ClassNames);
        foreach (var (row, score) in rows.Zip(expected))
        {
            var found = graph.Score(states, row);
            Compare(found.Probability, score, "the trainer's score", row);
            if (probe.Coverage is { } coverage)
                Compare(found.OutOfDistribution ?? float.NaN, coverage.Score(states, row), "the trainer's mark of what it can't read", row);
            if (probe.Classes is { } classes && !states.Positions(row, classes.Layer).IsEmpty)
                Compare(Excess(classes.Logits(states, row), found.Class), 0, "the trainer's class", row);
        }

        // By how much another class is likelier, relative to all: two may be as likely, and which is said then is no fault.
        static float Excess(float[] logits, int? found)
        {
            if (found is not { } number || number < 1 || number > logits.Length)
                return float.NaN;
            TensorPrimitives.SoftMax(logits, logits);
            return logits.Max() - logits[number - 1];
        }

        void Compare(float found, float expected, string what, int row)
        {
            if (!(Math.Abs(found - expected) <= Tolerance))
            {
                throw new GraphException(probe.Design.Name + ".onnx", string.Create(
                    CultureInfo.InvariantCulture,
                    $"found {found} for row '{states.Rows[row].Id}', expected {what}, {expected}; nothing was written."));
            }
        }
    }
}
