using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Instrumentation.Import;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Policies;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Probes;

namespace SafeSwitch.Cli.Import;

/// <summary>A prober or refusal head of the reference implementation, as a probe or an adapter.</summary>
internal sealed class ImportVerb : Verb
{
    private readonly Argument<string> path = new("PATH") { Description = "A folder with model_weights.pth and args.json, or with lm_head.pth; read as data, nothing in it is run" };
    private readonly Option<string> output = new("--output", "-o") { Description = "The bundle's folder: a probe goes to its probes/, an adapter to its adapters/", HelpName = "BUNDLE", Required = true };
    private readonly Option<string?> model = new("--model") { Description = "The decoder it was trained on; a refusal head needs it, a prober is checked against it", HelpName = "MODEL" };
    private readonly Option<string?> name = new("--name") { Description = "Its name in the bundle; by default prompt or compliance by what a prober looks at, refusal for a head" };
    private readonly ForceOption force = new("a part of that name");
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
            new("import probers/prompt-mlp64 -o bundles/llama --model bundles/llama", "a prober becomes probes/prompt.onnx"),
            new("import heads/refusal -o bundles/llama --model bundles/llama --energy 0.95", "a head becomes adapters/refusal.onnx_adapter, its loss stated"))
    {
        Add(path);
        foreach (var option in new Option[] { output, model, name, energy, rank })
            Add(option);
        force.AddTo(this);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var options = new ImportOptions { Model = call.Get(model), RetainedEnergy = call.Get(energy), MaximalRank = call.Get(rank) };
        var (folder, source) = (call.Get(output)!, call.Get(path));
        if (ReferenceImporter.IsHead(source))
        {
            var part = call.Get(name) ?? AdapterRecord.Refusal;
            var file = Path.Combine(folder, AdapterRecord.AdapterOf(part));
            var adapter = Bring(call, file, place => ReferenceImporter.ImportHead(source, place, options)) with { File = file };
            Keep(call, () => ImportedParts.Record(folder, part, adapter));
            WriteAdapter(call, adapter);
        }
        else
        {
            var stage = ReferenceImporter.StageOf(source);
            var part = call.Get(name) ?? (stage == MonitorStage.Prompt ? "prompt" : "compliance");
            var file = Path.Combine(folder, ProbeRecord.GraphOf(part));
            var probe = Bring(call, file, place => ReferenceImporter.ImportProber(source, place, options)) with { File = file };
            Keep(call, () => ImportedParts.Record(folder, part, probe));
            WriteProbe(call, probe);
        }

        return Task.FromResult(ExitCodes.Done);
    }

    // Without a decoder in the folder the part is a file and no more.
    private void Keep(VerbCall call, Action record)
    {
        if (!File.Exists(Path.Combine(call.Get(output)!, GenAIConfig.FileName)))
        {
            call.Warn($"'{call.Get(output)}' holds no decoder, so the part has no record there: import into the folder that `instrument` makes to calibrate with it");
            return;
        }

        record();
    }

    // Whole or not at all, and never in the place of another.
    private T Bring<T>(VerbCall call, string file, Func<string, T> import)
        where T : class
    {
        using var claim = WriteLock.Take(file);
        if (File.Exists(file) && !force.IsGiven(call))
            throw new ExistingFileException(file, "a part of the bundle; expected a name that none has, say it with --name.");
        T? imported = null;
        AtomicFile.WriteAt(file, place => imported = import(place));
        return imported!;
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

    private void WriteProbe(VerbCall call, ImportedProbe probe)
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
        facts.Add("next", $"safeswitch calibrate {call.Get(output)} --threshold 0.5 --policy paper, as published; or with --states, a threshold for a bound of yours");
        facts.WriteTo(call.Terminal);
    }
}

[JsonSerializable(typeof(ImportedAdapter))]
[JsonSerializable(typeof(ImportedProbe))]
internal sealed partial class ImportJson : JsonSerializerContext;
