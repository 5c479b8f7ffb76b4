using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Probes;

public sealed class ClassTrainerTests : IDisposable
{
    private static readonly CrossFitOptions InThree = new() { Folds = 3 };
    private static readonly ClassOptions Options = new() { File = "classes.json", Layer = "hidden_states.2" };
    private static readonly ProbeDesign Design = new() { Name = "p", Stage = MonitorStage.Prompt, Members = [new() { Pooling = ProbePooling.Last, Layers = ["hidden_states"], Hidden = [] }] };
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Classes_of_sources_that_were_left_out_are_told_apart()
    {
        var (trained, figures) = new ClassTrainer(new Kinds(), Design, Options, Map()).Train(InThree, Token);

        Assert.Equal(["theft", "hate", "weapons"], trained.Names);
        // Rows of a category that the file does not name, in another language, harmless or of the test split teach nothing.
        Assert.Equal(Kinds.Taught, figures.Right.Total);
        Assert.True(figures.MacroAccuracy > 0.95, $"{figures.MacroAccuracy}");
        Assert.Equal(3, figures.BySource.Count);
        Assert.Equal(figures.Right.Total, figures.Confusion.Sum(c => c.Sum()));
        Assert.Equal(Math.Round(figures.MacroAccuracy, 4), figures.ToMetrics().ToDictionary()["class.macro_accuracy"]);
    }

    [Fact]
    public void The_graph_divides_the_same_probability_among_the_classes()
    {
        var states = new Kinds();
        var probe = ProbeTrainer.Train(states, Design, new ProbeTrainingOptions { Epochs = 1 }, cancellationToken: Token);
        var before = probe.Score(states, [.. Enumerable.Range(0, states.Rows.Count)]);
        probe.Classes = new ClassTrainer(states, Design, Options, Map()).Train(InThree, Token).Trained;

        var description = ProbeWriter.Write(probe, states, folder.Path, "p.onnx");

        Assert.Equal(["none", "theft", "hate", "weapons"], description.Classes!);
        Assert.Equal(["hidden_states", "hidden_states.2"], description.HiddenStates);
        using var graph = ProbeGraph.Open(folder.File("p.onnx"), MonitorStage.Prompt, description.Classes);
        var right = 0;
        for (var row = 0; row < states.Rows.Count; row++)
        {
            var found = graph.Score(states, row);
            Assert.Equal(before[row], found.Probability, 1e-5f);
            Assert.InRange(found.Class!.Value, 1, 3);
            right += description.Classes![found.Class!.Value] == Map().Of(states.Rows[row].Source, states.Rows[row].Category) ? 1 : 0;
        }

        Assert.True(right > 0.9 * Kinds.Taught, $"{right}");
    }

    [Fact]
    public void The_same_rows_give_the_same_network_on_any_number_of_threads()
    {
        var one = new ClassTrainer(new Kinds(), Design, Options, Map()).Train(InThree, Token).Trained;
        var two = new ClassTrainer(new Kinds(), Design, Options, Map()).Train(InThree, Token).Trained;
        Assert.Equal(one.Weights, two.Weights);
        Assert.Equal(one.Biases, two.Biases);
    }

    [Fact]
    public void A_class_without_rows_and_a_layer_that_was_not_collected_are_named()
    {
        var more = Map() with { Classes = [.. Map().Classes, new MappedClass { Name = "privacy", Categories = new Dictionary<string, IReadOnlyList<string>> { ["a"] = ["prv"] } }] };
        Assert.Contains("no rows of privacy", Assert.Throws<ArgumentException>(() => new ClassTrainer(new Kinds(), Design, Options, more)).Message, StringComparison.Ordinal);
        Assert.Contains("'hidden_states.9'", Assert.Throws<ArgumentException>(() => new ClassTrainer(new Kinds(), Design, Options with { Layer = "hidden_states.9" }, Map())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "classes": [ { "name": "a", "categories": {} } ] }""", "two or more")]
    [InlineData("""{ "classes": [ { "name": "a", "categories": {} }, { "name": "A", "categories": {} } ] }""", "two classes called")]
    [InlineData("""{ "classes": [ { "name": "none", "categories": {} }, { "name": "b", "categories": {} } ] }""", "let through")]
    [InlineData("""{ "classes": [ { "name": "a", "categories": { "s": ["x"] } }, { "name": "b", "categories": { "s": ["x"] } } ] }""", "in a and b")]
    [InlineData("""{ "classes": [ { "name": "a", "categories": { "s": null } }, { "name": "b", "categories": {} } ] }""", "null")]
    [InlineData("""{ "classes": [ { "name": "a" }, { "name": "b", "categories": {} } ] }""", "categories")]
    public void A_file_that_makes_no_sense_is_refused(string text, string says)
    {
        File.WriteAllText(folder.File("c.json"), text);
        Assert.Contains(says, Assert.Throws<RecipeException>(() => ClassMap.Read(folder.File("c.json"))).Message, StringComparison.Ordinal);
    }

    private static ClassMap Map() => new()
    {
        Classes =
        [
            Class("theft", "0"), Class("hate", "1"), Class("weapons", "2"),
        ],
    };

    private static MappedClass Class(string name, string category) => new()
    {
        Name = name,
        Categories = new[] { "a", "b", "c" }.ToDictionary(s => s, _ => (IReadOnlyList<string>)[category]),
    };

    /// <summary>Three harmful sources of three kinds each, and three harmless ones: a kind stands off in a direction of its own, in every source.</summary>
    private sealed class Kinds : IProbeStates
    {
        public const int Taught = 3 * 3 * OfEach;
        private const int OfEach = 24;
        private const int Positions2 = 3;
        private readonly Half[][] numbers;

        public Kinds()
        {
            var random = new Random(1);
            List<ProbeRow> rows = [];
            foreach (var source in (string[])["a", "b", "c"])
            {
                for (var i = 0; i < 3 * OfEach; i++)
                    rows.Add(Row(source, positive: true, $"{i % 3}", i));
                rows.Add(Row(source, positive: true, "something else", 1000));
                rows.Add(Row(source, positive: true, "0", 1001) with { Language = "de" });
                rows.Add(Row(source, positive: true, "1", 1002) with { Split = "test" });
            }

            foreach (var source in (string[])["x", "y", "z"])
            {
                for (var i = 0; i < 40; i++)
                    rows.Add(Row(source, positive: false, "0", i));
            }

            Rows = rows;
            numbers = [.. rows.Select(r => (Half[])[.. Enumerable.Range(0, Positions2 * Width).Select(i =>
                (Half)((random.NextSingle() - 0.5f) * 2 + (r.Positive && $"{i % Width}" == r.Category ? 2 : 0) + (r.Positive && i % Width == 5 ? 2 : 0) + i % Width))])];
        }

        public int Width => 8;

        public IReadOnlyList<string> Layers => ["hidden_states", "hidden_states.2"];

        public IReadOnlyList<ProbeRow> Rows { get; }

        public ReadOnlySpan<Half> Positions(int row, string layer) => numbers[row];

        public ReadOnlySpan<Half> Last(int row, string layer) => numbers[row].AsSpan(0, Width);

        private static ProbeRow Row(string source, bool positive, string category, int number) => new()
        {
            Id = $"{source}-{number}", Positive = positive, Source = source, Set = "rows", Split = number % 4 == 0 ? "validation" : "train", Category = category,
        };
    }
}
