using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Instrumentation.Import;

namespace SafeSwitch.Cli.Import;

/// <summary>A prober or refusal head of the reference implementation, as a probe or an adapter.</summary>
internal sealed class ImportVerb : Verb
{
    private const string ProbeFile = "probe.onnx";
    private const string AdapterFile = "refusal.onnx_adapter";

    private readonly Argument<string> path = new("PATH") { Description = "A folder with model_weights.pth and args.json, or with lm_head.pth; read as data, nothing in it is run" };
    private readonly Option<string> output = new("--output", "-o") { Description = "The folder that the probe or adapter goes to", HelpName = "DIR", Required = true };
    private readonly Option<string?> model = new("--model") { Description = "The decoder it was trained on; a refusal head needs it, a prober is checked against it", HelpName = "MODEL" };
    private readonly Option<double> energy = new Option<double>("--energy")
    {
        Description = "The fraction of a head's change that the adapter keeps",
        DefaultValueFactory = _ => new ImportOptions().RetainedEnergy,
    }.WithinRangeOf<double, ImportOptions>(nameof(ImportOptions.RetainedEnergy));

    private readonly Option<int> rank = new Option<int>("--max-rank")
    {
        Description = "The largest rank that the adapter may have, whatever it then keeps",
        DefaultValueFactory = _ => new ImportOptions().MaximalRank,
    }.WithinRangeOf<int, ImportOptions>(nameof(ImportOptions.MaximalRank));

    public ImportVerb()
        : base(
            "import",
            "Imports a prober or a refusal head that the reference implementation trained",
            new("import probers/prompt-mlp64 -o bundles/llama --model bundles/llama", "a prober becomes probe.onnx"),
            new("import heads/refusal -o bundles/llama --model bundles/llama --energy 0.95", "a head becomes refusal.onnx_adapter, its loss stated"))
    {
        Add(path);
        foreach (var option in new Option[] { output, model, energy, rank })
            Add(option);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var folder = call.Get(output)!;
        Directory.CreateDirectory(folder);
        var options = new ImportOptions { Model = call.Get(model), RetainedEnergy = call.Get(energy), MaximalRank = call.Get(rank) };
        if (ReferenceImporter.IsHead(call.Get(path)))
            WriteAdapter(call, ReferenceImporter.ImportHead(call.Get(path), Path.Combine(folder, AdapterFile), options));
        else
            WriteProbe(call, ReferenceImporter.ImportProber(call.Get(path), Path.Combine(folder, ProbeFile), options));
        return Task.FromResult(ExitCodes.Done);
    }

    private static void WriteAdapter(VerbCall call, ImportedAdapter adapter)
    {
        if (call.IsJson)
        {
            call.WriteJson(adapter, ImportJson.Default);
            return;
        }

        var facts = new FactGrid();
        facts.Add("adapter", adapter.File);
        facts.Add("rank", adapter.Rank.ToString(CultureInfo.InvariantCulture));
        facts.Add("keeps", string.Create(CultureInfo.InvariantCulture, $"{100 * adapter.RetainedEnergy:0.00}% of the head's change; what is lost is {100 * adapter.RelativeError:0.0}% of its norm"));
        facts.WriteTo(call.Terminal);
    }

    private static void WriteProbe(VerbCall call, ImportedProbe probe)
    {
        if (call.IsJson)
        {
            call.WriteJson(probe, ImportJson.Default);
            return;
        }

        var facts = new FactGrid();
        facts.Add("probe", probe.File);
        facts.Add("reads", $"{probe.HiddenStates}, width {probe.HiddenSize}, at the {probe.Stage.ToString().ToLowerInvariant()} stage");
        facts.Add("pilot", probe.PilotTokens == 0 ? null : $"{probe.PilotTokens} tokens");
        facts.Add("tells", probe.Label);
        facts.WriteTo(call.Terminal);
    }
}

[JsonSerializable(typeof(ImportedAdapter))]
[JsonSerializable(typeof(ImportedProbe))]
internal sealed partial class ImportJson : JsonSerializerContext;
