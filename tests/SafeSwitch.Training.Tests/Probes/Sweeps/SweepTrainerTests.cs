using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Probes.Sweeps;

public class SweepTrainerTests
{
    private static readonly ProbeTrainingOptions Training = new() { Epochs = 3, LearningRate = 1e-2f, Splice = 0.5f };

    private static readonly ProbeMemberDesign[] Networks =
    [
        new() { Pooling = ProbePooling.Last, Layers = ["hidden_states"] },
        new() { Pooling = ProbePooling.Rolling, Layers = ["hidden_states"], Window = 3 },
        new() { Pooling = ProbePooling.MeanState, Layers = ["hidden_states"] },
    ];

    [Fact]
    public void A_source_that_is_left_out_is_never_read_in_whatever_set()
    {
        var whole = new SyntheticStates(160, 8, ["hidden_states"], seed: 31);
        var fold = new SweepFold("source-1", ["source-1"]);
        // If one number of the left-out rows reached standardisation, training, early stopping or Platt scaling, all would be NaN.
        var broken = new WithoutStates(whole, fold);
        Assert.Equal(["plain", "wrapped"], whole.Rows.Where(fold.LeavesOut).Select(r => r.Set).Distinct().Order());

        var (expected, found) = (Scores(whole, fold), Scores(broken, fold));
        foreach (var network in Networks)
        {
            var scores = found.Of(fold, network, 0);
            Assert.All(whole.Rows.Index(), r => Assert.Equal(fold.LeavesOut(r.Item), float.IsNaN(scores[r.Index])));
            Assert.Equal(
                expected.Of(fold, network, 0).Where((_, i) => !fold.LeavesOut(whole.Rows[i])),
                scores.Where(s => !float.IsNaN(s)));
        }
    }

    [Fact]
    public void Rows_of_test_are_not_candidates()
    {
        var states = new SyntheticStates(120, 8, ["hidden_states"], seed: 32);
        var test = new WithoutStates(states, new SweepFold("source-2", ["source-2"]), split: "test");
        var options = new SweepOptions { Training = Training, Benign = new() { Sets = ["plain"] }, MaxFalsePositiveRate = 0.2, RowsPerFold = 5 };
        var sweep = new ProbeSweep(test, options);
        var row = sweep.Run([new ProbeDesign { Name = "p", Stage = SafeSwitch.Policies.MonitorStage.Prompt, Members = [Networks[0]] }], null, TestContext.Current.CancellationToken)[0];
        Assert.Equal(["nothing", "source-0", "source-1"], sweep.Folds.Select(f => f.Name));
        Assert.True(double.IsFinite(row.MeanAreaUnderCurve.Value));
    }

    [Fact]
    public void A_sweep_that_was_ended_goes_on_and_damaged_scores_are_made_anew()
    {
        using var folder = new TemporaryFolder();
        var states = new SyntheticStates(120, 8, ["hidden_states"], seed: 33);
        var designs = Networks.Select(n => new ProbeDesign { Name = "p", Stage = SafeSwitch.Policies.MonitorStage.Prompt, Members = [n] }).ToList();
        SweepOptions Options(int threads) => new()
        {
            Training = Training with { Threads = threads },
            Benign = new() { Sets = ["plain"] },
            MaxFalsePositiveRate = 0.2,
            RowsPerFold = 5,
            WorkFolder = folder.File("sweep"),
            StatesFingerprint = "states",
        };
        var expected = new ProbeSweep(states, Options(2) with { WorkFolder = null }).Run(designs, null, TestContext.Current.CancellationToken);

        using var ended = new CancellationTokenSource();
        var progress = new Progress(p =>
        {
            if (p.Done >= p.Total / 3)
                ended.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => new ProbeSweep(states, Options(1)).Run(designs, progress, ended.Token));
        string[] kept = Directory.GetFiles(folder.File("sweep"), "*.log-odds");
        Assert.InRange(kept.Length, 1, Networks.Length * 4 - 1);

        // What a kill may leave: half a file, and one that was never renamed, by a process that is gone.
        var half = kept[0];
        File.WriteAllBytes(half, File.ReadAllBytes(half)[..7]);
        File.WriteAllText(half + ".2147483647-1.tmp", "half");
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (var file in kept)
            File.SetLastWriteTimeUtc(file, old);

        var found = new ProbeSweep(states, Options(3)).Run(designs, null, TestContext.Current.CancellationToken);
        Assert.Equal(expected.Select(r => (r.MeanRecall, r.MeanAreaUnderCurve, r.AreaUnderCurve)), found.Select(r => (r.MeanRecall, r.MeanAreaUnderCurve, r.AreaUnderCurve)));
        Assert.Equal(expected.SelectMany(r => r.Figures), found.SelectMany(r => r.Figures));
        Assert.All(kept, file => Assert.Equal(file == half, File.GetLastWriteTimeUtc(file) != old));
        Assert.Equal(Networks.Length * 4, Directory.GetFiles(folder.File("sweep")).Length);
    }

    private static SweepScores Scores(IProbeStates states, SweepFold fold)
    {
        int[] rows = [.. Enumerable.Range(0, states.Rows.Count)];
        var scores = new SweepScores(folder: null, "", Training, rows.Length);
        new SweepTrainer(states, rows, [fold], Training, scores).Train(Networks, progress: null, TestContext.Current.CancellationToken);
        return scores;
    }

    /// <summary>States in which a source has none: every number of it is NaN.</summary>
    private sealed class WithoutStates(IProbeStates states, SweepFold fold, string? split = null) : IProbeStates
    {
        public int Width => states.Width;

        public IReadOnlyList<string> Layers => states.Layers;

        public IReadOnlyList<ProbeRow> Rows { get; } =
            [.. states.Rows.Select(r => fold.LeavesOut(r) ? r with { Split = split ?? r.Split } : r)];

        public ReadOnlySpan<Half> Positions(int row, string layer) => Of(row, states.Positions(row, layer));

        public ReadOnlySpan<Half> Last(int row, string layer) => Of(row, states.Last(row, layer));

        private ReadOnlySpan<Half> Of(int row, ReadOnlySpan<Half> known) =>
            fold.LeavesOut(Rows[row]) ? Enumerable.Repeat(Half.NaN, known.Length).ToArray() : known;
    }

    private sealed class Progress(Action<BuildProgress> report) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => report(value);
    }
}
