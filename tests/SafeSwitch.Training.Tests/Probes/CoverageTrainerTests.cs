using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Tests.Probes;

public sealed class CoverageTrainerTests : IDisposable
{
    private const string Layer = "hidden_states.2";
    private static readonly CrossFitOptions InThree = new() { Folds = 3 };
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Languages_and_sources_that_were_left_out_are_told_apart()
    {
        var states = new Languages();

        var (trained, figures) = new CoverageTrainer(states, Options(), new BenignRule()).Train(InThree, Token);

        Assert.Equal((480, 240), (figures.Covered, figures.Foreign));
        Assert.Equal(1, figures.Found.Value);
        Assert.Equal(["de", "ja", "sw"], figures.ByLanguage.Keys);
        Assert.InRange(figures.Everyday.Value, 0, 0.01);
        Assert.InRange(figures.Worst!.Flagged.Value, 0, 0.03);
        Assert.Empty(figures.Doubtful);
        // The threshold was moved to one half.
        var marked = Enumerable.Range(0, states.Rows.Count).Where(row => trained.Score(states, row) >= 0.5f).Select(row => states.Rows[row].Language is "de" or "ja" or "sw").ToList();
        Assert.Equal(240, marked.Count(foreign => foreign));
        Assert.InRange(marked.Count(foreign => !foreign), 0, 480 / 50);
    }

    [Fact]
    public void A_row_of_another_language_that_says_nothing_of_it_is_named_first()
    {
        var states = new Languages(unsaid: 7);

        var (_, figures) = new CoverageTrainer(states, Options(), new BenignRule()).Train(InThree, Token);

        Assert.Equal("row-7", Assert.Single(figures.Doubtful).Id);
    }

    [Fact]
    public void The_graph_says_what_the_trainer_says()
    {
        var states = new Languages();
        var design = new ProbeDesign { Name = "p", Stage = MonitorStage.Prompt, Members = [new() { Pooling = ProbePooling.Last, Layers = ["hidden_states"], Hidden = [] }] };
        var probe = ProbeTrainer.Train(states, design, new ProbeTrainingOptions { Epochs = 1 }, cancellationToken: Token);
        probe.Coverage = new CoverageTrainer(states, Options(), new BenignRule()).Train(InThree, Token).Trained;

        // It holds the graph against the trainer, row by row, and says what it reads.
        var description = ProbeWriter.Write(probe, states, folder.Path, "p.onnx");

        Assert.Equal(["hidden_states", Layer], description.HiddenStates);
        using var graph = ProbeGraph.Open(folder.File("p.onnx"), MonitorStage.Prompt);
        Assert.All(Enumerable.Range(0, states.Rows.Count), row => Assert.Equal(probe.Coverage.Score(states, row), graph.Score(states, row).OutOfDistribution!.Value, 1e-4f));
    }

    [Fact]
    public void Rows_of_one_side_only_are_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() => new CoverageTrainer(new Languages(), Options() with { Languages = ["en", "de", "ja", "sw"] }, new BenignRule()));
        Assert.Contains("0 of 720 rows are of other languages than en, de, ja, sw", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => new CoverageTrainer(new Languages(), Options() with { Layer = "hidden_states.9" }, new BenignRule()));
        Assert.Contains("'hidden_states.9'", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static CoverageOptions Options() => new() { Layer = Layer, MaxMarked = 0.01, SourceFactor = 3 };

    /// <summary>Six sources of English, one of them harmful, and three languages, each a source: what is foreign stands off in one direction.</summary>
    private sealed class Languages : IProbeStates
    {
        private const int OfEach = 80;
        private readonly Half[][] numbers;

        public Languages(int? unsaid = null)
        {
            string?[] languages = [null, "en", "en", null, "en", "en", "de", "ja", "sw"];
            Rows = [.. Enumerable.Range(0, languages.Length * OfEach).Select(i => new ProbeRow
            {
                Id = $"row-{i}", Set = "s", Source = $"source-{i / OfEach}", Positive = i / OfEach is 5 or 8, Group = $"{i}",
                Split = i % 5 == 0 ? DataSplits.Validation : DataSplits.Train, Language = languages[i / OfEach],
            })];
            var random = new Random(3);
            numbers = [.. Rows.Select((row, i) =>
            {
                var far = row.Language is not (null or "en") || i == unsaid;
                return Enumerable.Range(0, (1 + (i % 4)) * Width).Select(n => (Half)(random.NextDouble() - 0.5 + (far && n % Width == 3 ? 2 : 0))).ToArray();
            })];
        }

        public int Width => 8;

        public IReadOnlyList<string> Layers => [Layer, "hidden_states"];

        public IReadOnlyList<ProbeRow> Rows { get; }

        public ReadOnlySpan<Half> Positions(int row, string layer) => numbers[row];

        public ReadOnlySpan<Half> Last(int row, string layer) => numbers[row].AsSpan(0, Width);
    }
}
