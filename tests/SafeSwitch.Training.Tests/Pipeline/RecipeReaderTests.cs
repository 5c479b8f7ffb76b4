using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests.Pipeline;

public sealed class RecipeReaderTests : IDisposable
{
    private const string Smallest =
        """
        {
          "name": "m",
          "collect": { "layers": [10] },
          "data": [ { "file": "harmful.jsonl" } ],
          "refusals": "refusals.json",
          "probes": [ { "design": { "name": "prompt", "stage": "Prompt", "members": [ { "pooling": "Rolling", "layers": ["hidden_states.10"] } ] } } ],
          "calibration": { "set_bounds": {} }
        }
        """;

    private readonly string path = Path.Combine(Path.GetTempPath(), $"recipe-{Guid.NewGuid():N}.json");

    [Fact]
    public void What_a_recipe_leaves_out_keeps_its_documented_value()
    {
        var recipe = Read(Smallest);

        Assert.Equal(("model.onnx", 1, 32, 8), (recipe.Graph, recipe.Seed, recipe.Collect.AnswerTokens, recipe.Collect.PilotTokens));
        Assert.Equal((16, 3, 256, 3e-3f), (recipe.Adapter.Rank, recipe.Adapter.Epochs, recipe.Adapter.BatchTokens, recipe.Adapter.LearningRate));
        Assert.Equal(("balanced", 3, GuardStages.Prompt), (recipe.Calibration.DefaultPolicy, recipe.Calibration.Bounds.Count, recipe.Calibration.Stages));
        var member = Assert.Single(recipe.Probes[0].Design.Members);
        Assert.Equal((ProbePooling.Rolling, 8, 10, 1), (member.Pooling, member.Heads, member.Window, member.Copies));
        Assert.Equal((20, 32, 1e-3f), (recipe.Probes[0].Training.Epochs, recipe.Probes[0].Training.BatchRows, recipe.Probes[0].Training.LearningRate));
    }

    [Theory]
    [InlineData("{", "}", "", "$")]
    [InlineData("\"name\": \"m\",", "", "", "name")]
    [InlineData("\"name\"", "\"nmae\"", "", "nmae")]
    [InlineData("[ { \"file\": \"harmful.jsonl\" } ]", "[]", "data", "at least one")]
    [InlineData("\"Prompt\"", "\"Response\"", "probes", "one prompt probe")]
    [InlineData("\"hidden_states.10\"", "\"hidden_states.11\"", "probes: prompt", "hidden_states.11")]
    [InlineData("[ { \"file\": \"harmful.jsonl\" } ]", "[ null ]", "data", "null")]
    [InlineData("[ { \"file\": \"harmful.jsonl\" } ]", "[ { \"file\": null } ]", "file", "null")]
    [InlineData("[ { \"design\"", "[ null, { \"design\"", "probes", "null")]
    [InlineData("\"members\": [ {", "\"members\": [ null, {", "members", "null")]
    [InlineData("\"layers\": [10]", "\"layers\": null", "layers", "found nothing")]
    [InlineData("\"refusals\":", "\"wrappers\": [{\"file\": \"w.json\", \"sets\": [\"nowhere\"]}], \"refusals\":", "wrappers", "'nowhere'")]
    [InlineData("\"refusals\":", "\"wrappers\": [{\"file\": \"w.json\", \"per_wrapper\": {\"nowhere\": 1}}], \"refusals\":", "wrappers", "'nowhere'")]
    [InlineData("\"refusals\":", "\"disguises\": {\"sets\": [\"nowhere\"], \"per_label\": {\"Capitals\": 1}}, \"refusals\":", "disguises.sets", "'nowhere'")]
    [InlineData("\"set_bounds\"", "\"default_policy\": \"x\", \"set_bounds\"", "default_policy", "'x'")]
    [InlineData("\"set_bounds\"", "\"bounds\": [{\"policy\": \"balanced\", \"max_false_positive_rate\": 2}], \"set_bounds\"", "bounds", "2")]
    [InlineData("\"set_bounds\"", "\"stages\": \"PromptAndResponse\", \"set_bounds\"", "stages", "response probe")]
    public void A_recipe_that_makes_no_sense_is_refused_by_field(string found, string replacement, string field, string named)
    {
        Assert.Contains(found, Smallest, StringComparison.Ordinal);
        var error = Assert.Throws<RecipeException>(() => Read(Smallest.Replace(found, replacement, StringComparison.Ordinal)));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_shipped_bundle_is_the_one_that_its_recipe_describes()
    {
        var folder = Fixtures.ShippedBundle();
        var recipe = Recipe.Read(Path.Combine(folder, "recipe.json"));
        var bundle = Bundle.Open(folder);

        Assert.Equal(recipe.Probes.Select(p => p.Design.Name), bundle.Manifest.Probes.Select(p => p.Name));
        Assert.Equal(recipe.Probes.Select(p => p.Design.Describe()), bundle.Manifest.Probes.Select(p => p.Pooling));
        Assert.Equal(recipe.Adapter.Rank, Assert.Single(bundle.Manifest.Adapters).Rank);
        Assert.Equal(recipe.Seed, bundle.Manifest.Provenance!.Seed);
        Assert.All(bundle.Manifest.Provenance.DataSets.SelectMany(d => d.Licences), l => Assert.DoesNotContain("NC", l.Value, StringComparison.Ordinal));
        Assert.All(recipe.Wrappers.Where(w => File.Exists(Path.Combine(folder, w.File))), w => Assert.NotEmpty(WrapperFile.Read(Path.Combine(folder, w.File))));
    }

    private Recipe Read(string json)
    {
        File.WriteAllText(path, json);
        return Recipe.Read(path);
    }

    public void Dispose() => File.Delete(path);
}
