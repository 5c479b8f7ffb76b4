using System.Text;
using System.Text.Json.Nodes;
using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Inspection;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntime.Tests.Support;

namespace SafeSwitch.OnnxRuntime.Tests.Configuration;

/// <summary>What <c>inspect</c> says of a <c>genai_config.json</c> is what the backend does with it.</summary>
public sealed class OneReaderTests(SmallDecoder decoder)
{
    public static TheoryData<string, string?, bool> Edits => new()
    {
        { "model.eos_token_id", "null", false },
        { "model.eos_token_id", null, false },
        { "model.eos_token_id", "\"2\"", false },
        { "model.eos_token_id", "2.0", false },
        { "model.eos_token_id", "[]", false },
        { "model.eos_token_id", "[2, null]", false },
        { "model.eos_token_id", "2", true },
        { "model.eos_token_id", "[2, 5]", true },
        { "model.context_length", null, false },
        { "model.context_length", "4294967296", false },
        { "model.context_length", "0", false },
        { "model.context_length", "\"256\"", false },
        { "model.decoder.hidden_size", "63", false },
        { "model.decoder.hidden_size", null, false },
        { "model.vocab_size", "500", false },
        { "model.decoder.filename", "\"../other/model.onnx\"", false },
        { "model.decoder.filename", "\"/etc/passwd\"", false },
        { "model.decoder.filename", "\"a/../../model.onnx\"", false },
        { "model.decoder.filename", "\"\"", false },
        { "model.decoder.session_options.intra_op_num_threads", "0", true },
        { "model.decoder.session_options.intra_op_num_threads", "2", true },
        { "model.decoder.session_options.intra_op_num_threads", "-1", false },
        { "model.decoder.sliding_window", """{ "window_size": 0 }""", true },
        { "model.decoder.sliding_window", """{ "window_size": -1 }""", true },
        { "search.past_present_share_buffer", "\"yes\"", false },
        { "model.decoder.session_options.custom_ops_library", "\"inside.so\"", false },
        { "model.decoder.session_options.enable_profiling", "\"profile\"", false },
        { "model.vision", """{ "session_options": { "Custom_Ops_Library": "inside.so" } }""", false },
        { "model.decoder.pipeline", """[{ "embed": { "session_options": { "custom_ops_library": "inside.so" } } }]""", false },
        { "model.decoder.session_options.provider_options", """[{ "qnn": { "backend_path": "../libevil.so" } }]""", false },
        { "model.decoder.session_options.provider_options", """[{ "cuda": { "device_id": "0" } }]""", true },
    };

    [Theory, MemberData(nameof(Edits))]
    public async Task Inspect_and_the_backend_agree(string field, string? value, bool isAccepted)
    {
        using var folder = decoder.Copy();
        var config = JsonNode.Parse(File.ReadAllText(folder.File("genai_config.json")))!;
        Edit(config, field, value);
        await AgreeAsync(folder, Encoding.UTF8.GetBytes(config.ToJsonString()), isAccepted, field);
    }

    [Fact]
    public async Task A_byte_order_mark_is_not_a_mistake_for_either()
    {
        using var folder = decoder.Copy();
        await AgreeAsync(folder, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(folder.File("genai_config.json"))], isAccepted: true);
    }

    [Theory]
    [InlineData("\"eos_token_id\": \"\\ud800\",")]
    [InlineData("\"\\udc00\": 1,")]
    [InlineData("\"type\": { \"x\": [\"a\\ud800b\"] },")]
    public async Task Half_a_surrogate_pair_is_refused_by_both_wherever_it_is(string field)
    {
        using var folder = decoder.Copy();
        var text = File.ReadAllText(folder.File("genai_config.json"));
        var changed = text.Replace("\"model\": {", "\"more\": { " + field.TrimEnd(',') + " }, \"model\": {", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        await AgreeAsync(folder, Encoding.UTF8.GetBytes(changed), isAccepted: false);
    }

    [Fact]
    public async Task A_field_that_is_there_twice_is_refused_by_both()
    {
        using var folder = decoder.Copy();
        var text = File.ReadAllText(folder.File("genai_config.json"));
        var twice = text.Replace("\"eos_token_id\":", "\"eos_token_id\": 3, \"eos_token_id\":", StringComparison.Ordinal);
        Assert.NotEqual(text, twice);
        await AgreeAsync(folder, Encoding.UTF8.GetBytes(twice), isAccepted: false, "eos_token_id");
    }

    private static void Edit(JsonNode config, string field, string? value)
    {
        var names = field.Split('.');
        var node = names[..^1].Aggregate(config.AsObject(), (at, name) => (at[name] ??= new JsonObject()).AsObject());
        if (value is null)
            Assert.True(node.Remove(names[^1]));
        else
            node[names[^1]] = JsonNode.Parse(value);
    }

    private static async Task AgreeAsync(TemporaryFolder folder, byte[] config, bool isAccepted, string field = "")
    {
        await File.WriteAllBytesAsync(folder.File("genai_config.json"), config);
        Assert.Equal((isAccepted, isAccepted), (Inspects(folder.Path, field), await LoadsAsync(folder.Path, field)));
    }

    private static bool Inspects(string folder, string field)
    {
        try
        {
            var problems = Inspector.Inspect(folder).Problems;
            Assert.True(problems.Count == 0 || problems.Any(p => Names(p, field)), string.Join("; ", problems));
            return problems.Count == 0;
        }
        catch (GraphException e)
        {
            Assert.True(Names(e.Message, field), e.Message);
            return false;
        }
    }

    private static async Task<bool> LoadsAsync(string folder, string field)
    {
        try
        {
            await using var model = OnnxLanguageModel.Load(folder, options: TestProvider.Options(threads: 1));
            return true;
        }
        catch (BundleException e)
        {
            Assert.True(Names(e.Message, field), e.Message);
            return false;
        }
    }

    private static bool Names(string message, string field) => message.Contains(field.Split('.')[^1], StringComparison.Ordinal);
}
