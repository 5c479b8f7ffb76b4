using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Evaluation.Goals;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Evaluation.Tests.Reports;
using SafeSwitch.Tests.Schemas;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>The schemas of what an evaluation reads, each against its reader.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_schema_of_a_suite_is_its_reader_s()
    {
        var schema = SchemaFile.Of(SettingsFile.TypeOf<EvaluationSuite>(), "An evaluation suite");
        var fields = schema["properties"]!;
        fields["split"]!["enum"] = new JsonArray("train", "validation", "test", "seen", "all");
        fields["methods"]!["items"]!["enum"] = new JsonArray([.. Methods.Fixed.Append(Methods.Policies).Select(m => JsonValue.Create(m))]);
        fields["goals"]!["additionalProperties"]!["properties"]!["figure"]!["enum"] = new JsonArray([.. EvaluationGoal.Known.Append(null).Select(m => JsonValue.Create(m))]);
        SchemaFile.Check("suite", schema);
        var contract = Contract<RecipeException>("suite", path => EvaluationSuite.Read(path));
        contract.Takes(File.ReadAllText(Fixtures.ShippedBundle("suite.json")));
        contract.Holds(bothWays: false, """
            {
              "$schema": "suite.schema.json", "name": "s", "data": ["a.jsonl"], "split": "test", "limit": 4, "attacks": 1, "methods": ["policies"], "policies": ["balanced"], "safety_prompt": "Be good.",
              "reference": { "file": "r.onnx", "response_file": "s.onnx", "threshold": 0.4, "pilot_tokens": 2 }, "refusal_patterns": ["No"], "refusals": "r.json", "breakdowns": ["category"],
              "goals": { "harmful_answered": { "figure": "harmful_answered", "max": 0.1, "min": 0, "policy": "balanced", "where": { "category": "a" }, "whole_interval": true } },
              "answer_tokens": 8, "utility_tokens": 9, "refusal_tokens": 10, "check_every": 0
            }
            """);
    }

    [Fact]
    public void The_schema_of_report_rows_is_their_reader_s()
    {
        SchemaFile.Check("report-row", SchemaFile.Of(RowJson.Readable.EvaluatedRow, "An evaluated row of a report, one a line of report.jsonl"));
        var contract = Contract<DataException>("report-row", path => RowsFile.ReadReported(path));
        contract.Holds(bothWays: false, SampleReport.Rows.Select(r => JsonSerializer.Serialize(r with
        {
            Run = "r",
            Hash = "0123456789abcdef",
            Request = "Hi?",
            Groups = new Dictionary<string, string> { ["a"] = "b" },
            PromptScores = new Dictionary<string, float> { ["p"] = 0.5f },
            Labels = new Dictionary<string, string> { ["balanced"] = "harm" },
            Costs = new Dictionary<string, MethodCost> { ["balanced"] = new(1, 2, 3) },
        }, RowJson.Readable.EvaluatedRow)).Take(2));
    }

    [Fact]
    public void The_schema_of_a_report_is_its_reader_s()
    {
        SchemaFile.Check("report", SchemaFile.Of(ReportJson.Indented.EvaluationReport, "A report for machines: report.json"));
        var contract = new SchemaContract("report", _ => true);
        contract.Takes(JsonSerializer.Serialize(SampleReport.Report(SampleReport.Summary), ReportJson.Indented.EvaluationReport));
    }

    private SchemaContract Contract<TRefusal>(string name, Action<string> read)
        where TRefusal : Exception
    {
        var file = folder.File(name + ".json");
        return new SchemaContract(name, text =>
        {
            // A row is a line.
            File.WriteAllText(file, JsonNode.Parse(text)?.ToJsonString() ?? "null");
            try
            {
                read(file);
                return true;
            }
            catch (TRefusal)
            {
                return false;
            }
        });
    }
}
