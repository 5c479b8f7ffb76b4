using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Tests.Probes;

namespace SafeSwitch.Training.Tests.Settings;

/// <summary>Every number of every options type has a range, and what lies outside is refused on every way in.</summary>
public sealed class DeclaredRangesTests : IDisposable
{
    private static readonly object[] Defaults =
    [
        new ProbeTrainingOptions(), new AdapterTrainingOptions(), new CollectionOptions(), new CalibrationOptions(), new JudgingOptions(),
        new SweepOptions(), new SweepPlan(), new BuildOptions(), new CalibrationBound("balanced", 0.01), new KindBound("long", null, 2),
        new ProbeMemberDesign { Pooling = ProbePooling.Last, Layers = ["hidden_states"] },
        new RecipeDataSet { File = "rows.jsonl" }, new RecipeWrappers { File = "wrappers.json", PerWrapper = new Dictionary<string, int> { ["plain"] = 1 } },
        new RecipeDisguises { Sets = ["plain"], PerLabel = new Dictionary<TextDisguise, int>() }, new CrossFitOptions(),
        new RecipeJudge { Endpoint = "http://localhost/v1", Model = "m" }, new BundleCollector("."), new CollectionBudget(1, 1, 1),
    ];

    private readonly TemporaryFolder folder = new();

    /// <summary>Every numeric property of every options type.</summary>
    public static TheoryData<string, string> Numbers =>
        [.. Defaults.SelectMany(o => Numeric(o.GetType()).Select(p => (o.GetType().Name, p.Name)))];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Every_number_has_a_range_that_its_default_keeps_and_nothing_outside_does(string type, string name)
    {
        var options = Defaults.First(o => o.GetType().Name == type);
        var property = options.GetType().GetProperty(name)!;
        if (name == "Seed")
            return;
        var range = property.GetCustomAttribute<RangeAttribute>();
        Assert.True(range is not null, $"{type}.{name} says no range");
        Assert.Empty(DeclaredRanges.ProblemsOf(options));

        var (least, most) = (Convert.ToDouble(range.Minimum), Convert.ToDouble(range.Maximum));
        Gen.Double[-1e12, 1e12].Where(v => v < least || v > most).Sample(v => AssertRefused(options, property, v), iter: 50);
        foreach (var wrong in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, least - 1])
            AssertRefused(options, property, wrong);
        if (range.MinimumIsExclusive)
            AssertRefused(options, property, least);
        if (range.MaximumIsExclusive)
            AssertRefused(options, property, most);
    }

    [Theory]
    [InlineData("batch_rows", "0")]
    [InlineData("epochs", "0")]
    [InlineData("patience", "0")]
    [InlineData("learning_rate", "-1")]
    [InlineData("dropout", "1")]
    [InlineData("label_smoothing", "3")]
    [InlineData("weight_average", "2")]
    [InlineData("positive_weight", "-1")]
    [InlineData("source_balance", "9")]
    public void A_design_file_with_a_wrong_number_is_refused_by_file_and_field(string field, string value)
    {
        var path = folder.File("design.json");
        var training = JsonNode.Parse($$"""{ "{{field}}": {{value}} }""");
        File.WriteAllText(path, new JsonObject
        {
            ["design"] = JsonNode.Parse("""{ "name": "p", "stage": "Prompt", "members": [ { "pooling": "Last", "layers": ["hidden_states"] } ] }"""),
            ["training"] = training,
        }.ToJsonString());

        var error = Assert.Throws<RecipeException>(() => SettingsFile.Read<ProbeRecipe>(path, "a probe"));

        Assert.Contains($"{path}: training.{field}: found {value}, expected ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "name": "../up", "stage": "Prompt", "members": [ { "pooling": "Last", "layers": ["hidden_states"] } ] }""", "design.name")]
    [InlineData("""{ "name": "p", "stage": "Prompt", "members": [] }""", "design.members")]
    [InlineData("""{ "name": "p", "stage": "Prompt", "members": [ null ] }""", "design.members[0]")]
    [InlineData("""{ "name": "p", "stage": 7, "members": [ { "pooling": "Last", "layers": ["hidden_states"] } ] }""", "$.design.stage")]
    [InlineData("""{ "name": "p", "stage": "Prompt", "members": [ { "pooling": "Last", "layers": [] } ] }""", "design.members[0].layers")]
    [InlineData("""{ "name": "p", "stage": "Prompt", "members": [ { "pooling": "Rolling", "layers": ["hidden_states"], "hidden": [64, 0] } ] }""", "design.members[0].hidden[1]")]
    [InlineData("""{ "name": "p", "stage": "Prompt", "members": [ { "pooling": "Rolling", "layers": ["hidden_states"], "window": 0 } ] }""", "design.members[0].window")]
    public void A_design_that_makes_no_sense_is_refused_by_field(string design, string field)
    {
        var path = folder.File("design.json");
        File.WriteAllText(path, $$"""{ "design": {{design}} }""");
        Assert.Contains($" {field}: found ", Assert.Throws<RecipeException>(() => SettingsFile.Read<ProbeRecipe>(path, "a probe")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_checks_what_it_is_given()
    {
        var states = new SyntheticStates(40, 16, ["hidden_states"], seed: 1);
        foreach (var options in (ProbeTrainingOptions[])[new() { BatchRows = 0 }, new() { LearningRate = float.NaN }, new() { Dropout = 1 }, new() { Weights = new Dictionary<string, double> { ["plain"] = -1 } }])
            Assert.NotEmpty(Assert.Throws<SettingsException>(() => ProbeTrainer.Train(states, ProbeDesign.Reference, options)).Problems);
        Assert.Throws<SettingsException>(() => ProbeTrainer.Train(states, ProbeDesign.Reference with { Members = [] }, new ProbeTrainingOptions()));
        Assert.Throws<SettingsException>(() => new ProbeSweep(states, new SweepOptions { MaxFalsePositiveRate = 0 }));
    }

    [Fact]
    public async Task Collecting_and_judging_check_what_they_are_given()
    {
        await Assert.ThrowsAsync<SettingsException>(() => new BundleCollector(folder.Path).CollectAsync([], [], folder.File("states"), new CollectionOptions { AnswersAtOnce = 0 }));
        await Assert.ThrowsAsync<SettingsException>(() => new BundleCollector(folder.Path) { Shard = (3, 2) }.CollectAsync([], [], folder.File("states")));
        await Assert.ThrowsAsync<SettingsException>(() => StateJudge.JudgeAsync(folder.Path, options: new JudgingOptions { Concurrency = 0 }));
        await Assert.ThrowsAsync<SettingsException>(() => StateJudge.JudgeAsync(folder.Path, options: new JudgingOptions { SaveInterval = TimeSpan.FromSeconds(-1) }));
        await Assert.ThrowsAsync<SettingsException>(() => BundleBuilder.BuildAsync(folder.File("recipe.json"), null, new BuildOptions { LastStep = (BuildStep)70 }));
    }

    [Fact]
    public void Bounds_that_make_no_sense_together_are_refused()
    {
        Assert.Contains("default_policy", Only(new CalibrationOptions { DefaultPolicy = "nobody's" }).Setting, StringComparison.Ordinal);
        Assert.Contains("bounds", Only(new CalibrationOptions { Bounds = [new("balanced", 0.1), new("balanced", 0.2)] }).Setting, StringComparison.Ordinal);
        Assert.Equal("bounds[0].max_false_positive_rate", Only(new CalibrationOptions { Bounds = [new("balanced", 1)] }).Setting);
        Assert.Equal("set_bounds.long", Only(new CalibrationOptions { SetBounds = new Dictionary<string, double> { ["long"] = double.NaN } }).Setting);
        Assert.Equal("stages", Only(new CalibrationOptions { Stages = (GuardStages)9 }).Setting);

        static SettingProblem Only(object options) => Assert.Single(DeclaredRanges.ProblemsOf(options));
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<PropertyInfo> Numeric(Type type) => type.GetProperties().Where(p => p.CanWrite && IsNumber(p.PropertyType));

    private static bool IsNumber(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) is TypeCode.Int32 or TypeCode.Int64 or TypeCode.Single or TypeCode.Double
        && !(Nullable.GetUnderlyingType(type) ?? type).IsEnum;

    private static void AssertRefused(object options, PropertyInfo property, double value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        object boxed;
        if (type == typeof(int) || type == typeof(long))
        {
            var (least, most) = type == typeof(int) ? (int.MinValue, (double)int.MaxValue) : (long.MinValue, 9e18);
            if (!(value >= least && value <= most))
                return;
            boxed = Convert.ChangeType(Math.Truncate(value), type);
        }
        else
        {
            boxed = type == typeof(float) ? (object)(float)value : value;
        }

        // Rounding to the property's type may have brought it back.
        if (DeclaredRanges.Holds(property.GetCustomAttribute<RangeAttribute>()!, Convert.ToDouble(boxed)))
            return;
        var copy = options.GetType().GetMethod("<Clone>$") is { } clone ? clone.Invoke(options, null)! : new BundleCollector(".");
        property.SetValue(copy, boxed);
        var problem = Assert.Single(DeclaredRanges.ProblemsOf(copy));
        Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), problem.Setting);
        Assert.NotEmpty(problem.Expected);
    }
}
