using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;
using SafeSwitch.Tests.Schemas;

namespace SafeSwitch.Training.Tests.Settings;

/// <summary>The schemas of what training reads, each against its reader.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_schema_of_a_recipe_is_its_reader_s()
    {
        SchemaFile.Check("recipe", SchemaFile.Of(SettingsFile.TypeOf<Recipe>(), "A recipe"));
        var contract = Contract<RecipeException>("recipe", path => Recipe.Read(path));
        contract.Takes(File.ReadAllText(Fixtures.ShippedBundle("recipe.json")));
        contract.Holds(bothWays: false, """
            {
              "$schema": "recipe.schema.json", "name": "m", "graph": "model.onnx", "seed": 2, "refusals": "refusals.json", "refusal_patterns": ["No\\."], "phrasings": 2, "corrections": "c.jsonl",
              "collect": { "layers": [10], "keep": "Content", "answer_tokens": 8, "pilot_tokens": 4 },
              "data": [ { "file": "harmful.jsonl", "rows": 5, "languages": ["en"], "licences": { "a": "MIT" } } ],
              "wrappers": [ { "file": "w.json", "per_wrapper": { "harmful": 1 } } ],
              "disguises": { "sets": ["harmful"], "per_label": { "Base64": 1 } },
              "judge": { "endpoint": "http://localhost:1/v1", "model": "m", "asking": { "concurrency": 2 } },
              "probes": [
                { "design": { "name": "prompt", "stage": "Prompt", "average": "Logits", "members": [ { "pooling": "Rolling", "layers": ["hidden_states.10"], "hidden": [64], "training": { "batch_rows": 8 } } ] },
                  "training": { "epochs": 3 }, "cross_fit": { "folds": 2, "together": [["a", "b"]] }, "label": "harm" } ],
              "adapter": { "rank": 4 }, "calibration": { "bounds": [ { "policy": "balanced", "max_false_positive_rate": 0.01, "out_of_distribution": "Escalate" } ], "set_bounds": { "harmful": 2 } },
              "evaluation": { "suite": "suite.json", "with_text": false }
            }
            """);
    }

    [Fact]
    public void The_schemas_of_a_design_and_of_a_sweep_are_their_readers()
    {
        SchemaFile.Check("probe-design", SchemaFile.Of(SettingsFile.TypeOf<ProbeRecipe>(), "A probe to train: design and training"));
        Contract<RecipeException>("probe-design", path => SettingsFile.Read<ProbeRecipe>(path, "a probe")).Holds(bothWays: false, """
            { "$schema": "x", "design": { "name": "p", "stage": "Prompt", "members": [ { "pooling": "Last", "layers": ["hidden_states"], "heads": 2, "window": 3, "copies": 2, "whiten": 8 } ] },
              "training": { "epochs": 2, "weights": { "encoded": 0 } }, "coverage": { "layer": "hidden_states", "max_marked": 0.1 } }
            """);
        SchemaFile.Check("sweep", SchemaFile.Of(SettingsFile.TypeOf<SweepPlan>(), "A sweep of probes"));
        var sweep = Contract<RecipeException>("sweep", path => SettingsFile.Read<SweepPlan>(path, "a sweep"));
        sweep.Holds(bothWays: false, """{ "$schema": "x", "layers": ["hidden_states"], "poolings": ["Last"], "hidden": [8], "copies": 2, "ensemble_networks": 2, "training": { "epochs": 1 }, "designs": [] }""");
        foreach (var shipped in (string[])["sweep.json", "finalists.json"])
            sweep.Takes(File.ReadAllText(Fixtures.ShippedBundle("training", shipped)));
    }

    [Fact]
    public void The_schema_of_refusals_is_their_reader_s()
    {
        SchemaFile.Check("refusals", SchemaFile.Of(RefusalJson.File, "Refusal texts by kind of harm"));
        var contract = Contract<DataException>("refusals", path => RefusalTexts.Read(path));
        contract.Takes(File.ReadAllText(Fixtures.ShippedBundle("training", "refusals.json")));
        contract.Holds(bothWays: false, """
            { "$schema": "x", "kinds": [ { "id": "a", "topic": "b", "keywords": ["c"], "refusals": ["No."] } ], "general": { "id": "g", "topic": "that", "keywords": [], "refusals": ["No."] } }
            """);
    }

    [Fact]
    public void The_schema_of_classes_is_their_reader_s()
    {
        SchemaFile.Check("classes", SchemaFile.Of(SettingsFile.TypeOf<ClassMap>(), "Which class the categories of published rows are of"));
        var contract = Contract<RecipeException>("classes", path => ClassMap.Read(path));
        contract.Takes(File.ReadAllText(Fixtures.ShippedBundle("training", "hazards.json")));
        contract.Holds(bothWays: false, """
            { "$schema": "x", "about": "y", "classes": [ { "name": "a", "means": "b", "categories": { "s": ["c", "d"] } }, { "name": "e", "categories": { "s": ["f"] } } ] }
            """);
    }

    [Fact]
    public void The_schemas_of_what_training_records_are_their_readers()
    {
        SchemaFile.Check("probe-record", SchemaFile.Of(SettingsFile.TypeOf<ProbeRecord>(), "What is known of a trained probe: probes/NAME.json"));
        var probe = Contract<DataException>("probe-record", path => ProbeRecord.Read(path));
        foreach (var shipped in (string[])["probes/prompt.json", "probes/compliance.json", "reference/prompt.json", "reference/response.json"])
            probe.Takes(File.ReadAllText(Fixtures.ShippedBundle(shipped)));
        probe.Holds(bothWays: false, File.ReadAllText(Fixtures.ShippedBundle("probes", "compliance.json")));

        SchemaFile.Check("adapter-record", SchemaFile.Of(SettingsFile.TypeOf<AdapterRecord>(), "What is known of a trained adapter: adapters/NAME.json"));
        Contract<DataException>("adapter-record", path => AdapterRecord.Read(path)).Holds(bothWays: false, File.ReadAllText(Fixtures.ShippedBundle("adapters", "refusal.json")));

        SchemaFile.Check("used-rows", SchemaFile.Of(SettingsFile.TypeOf<UsedRows>(), "The rows that a part of a bundle was made of, by their hashes"));
        Contract<DataException>("used-rows", path => UsedRows.Read(path)).Holds(bothWays: true, """{ "$schema": "x", "rows": [ { "set": "a", "source": "b", "use": "Trained", "hashes": ["0123456789abcdef"] } ] }""");
    }

    [Fact]
    public void The_schemas_of_collected_states_are_their_readers()
    {
        SchemaFile.Check("collection", SchemaFile.Of(CollectionJson.Of<CollectionDescription>(), "What all shards of collected states have in common: collection.json"));
        new SchemaContract("collection", text =>
        {
            File.WriteAllText(folder.File(CollectionDescription.FileName), text);
            return Reads<DataException>(() => CollectionDescription.Read(folder.Path));
        }).Holds(bothWays: false, """{ "model": "m", "fingerprint": "f", "width": 8, "layers": ["hidden_states"], "keep": "Content" }""");

        SchemaFile.Check("collected-row", SchemaFile.Of(CollectionJson.Of<ShardRow>(), "A row of collected states and where they stand in the shard"));
        var row = new ShardRow
        {
            Row = new CollectedRow
            {
                Data = new DataRow { Id = "a", Set = "s", Messages = [Backends.PromptMessage.User("Hi?")], Harmful = false, Source = "c", Split = DataSplits.Train, Groups = new Dictionary<string, string> { ["a"] = "b" } },
                PromptTokens = 4, Positions = 2, Answer = "Yes.", Complied = true, PilotTokens = 2, Refusal = new RefusalTarget("k", "No."), RefusalTokens = 2,
                Judgement = new Judgement { Judge = "j", Prompt = "p", Complied = true },
            },
            Offset = 0,
            RefusalOffset = 0,
        };
        Contract<DataException>("collected-row", path => StateShard.ReadRows(path)).Holds(bothWays: false, JsonSerializer.Serialize(row, CollectionJson.Of<ShardRow>()));
    }

    [Fact]
    public void The_schema_of_data_rows_knows_what_their_reader_knows()
    {
        var schema = JsonNode.Parse(File.ReadAllText(SchemaFile.PathOf("row")))!;
        Assert.Equal(DataRowParser.Fields.Order(StringComparer.Ordinal), schema["properties"]!.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal));
        var contract = new SchemaContract("row", text => DataRowParser.Parse(text, "rows.jsonl", "rows", 1, out _) is not null);
        contract.Holds(
            bothWays: true,
            """{ "id": "a", "prompt": "Hi?", "harmful": true, "source": "s", "category": "c", "language": "en", "groups": { "channel": "chat" }, "split": "test", "wrapper": "w", "pair": 3, "answer": "4", "place": "end", "refusal": "No." }""",
            """{ "question_id": 4, "messages": [ { "role": "user", "content": "Hi?" } ], "harmful": false, "split": null, "pair": null }""",
            """{ "turns": ["Hi?", "Ho?"], "category": "safe", "wrapper": 5 }""");
        foreach (var line in ((string[])["harmful", "harmless", "long", "multi-turn", "wrapped"]).SelectMany(k => File.ReadLines(Fixtures.Rows(k)))
            .Concat(((string[])["contrast.jsonl", "everyday.jsonl"]).SelectMany(f => File.ReadLines(Fixtures.ShippedBundle("training", f)))))
        {
            contract.Takes(line);
        }
    }

    [Fact]
    public void Files_without_a_schema_may_name_one_all_the_same()
    {
        File.WriteAllText(folder.File("w.json"), """{ "$schema": "x", "g": [ { "id": "a", "text": "{prompt}!", "split": "train" } ] }""");
        Assert.Single(WrapperFile.Read(folder.File("w.json")));
        File.WriteAllText(folder.File("w.json"), """{ "g": [ { "id": "a", "split": "train" } ] }""");
        Assert.Throws<RecipeException>(() => WrapperFile.Read(folder.File("w.json")));
    }

    private SchemaContract Contract<TRefusal>(string name, Action<string> read)
        where TRefusal : Exception
    {
        var file = folder.File(name + ".json");
        return new SchemaContract(name, text =>
        {
            File.WriteAllText(file, text);
            return Reads<TRefusal>(() => read(file));
        });
    }

    private static bool Reads<TRefusal>(Action read)
        where TRefusal : Exception
    {
        try
        {
            read();
            return true;
        }
        catch (TRefusal)
        {
            return false;
        }
    }
}
