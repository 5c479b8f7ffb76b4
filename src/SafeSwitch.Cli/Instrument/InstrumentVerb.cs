using System.CommandLine;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Instrumentation;

namespace SafeSwitch.Cli.Instrument;

/// <summary>Hidden states as outputs and slots for a refusal adapter, by editing the graph.</summary>
internal sealed class InstrumentVerb : Verb
{
    private readonly Argument<string> model = new("MODEL") { Description = "A model folder of ONNX Runtime GenAI, an export from the Hugging Face Hub, or a decoder's .onnx file" };
    private readonly Option<string> output = new("--output", "-o") { Description = "The folder to make; weights are hard-linked where possible", HelpName = "BUNDLE", Required = true };
    private readonly Option<string> layers = new("--layers")
    {
        Description = "Layers whose state becomes an output: 0 the embeddings, i what enters layer i; `inspect` lists them",
        HelpName = "final,8,16",
        DefaultValueFactory = _ => "final",
    };

    private readonly ForceOption force = new("graphs that probes or adapters were trained on, or the bundle's");

    public InstrumentVerb()
        : base(
            "instrument",
            "Adds hidden-state outputs and slots for a refusal adapter to a decoder; weights are never loaded",
            new("instrument models/phi-3 -o bundles/phi-3 --layers final,16,24", "ready to collect states and train"),
            new("instrument models/smollm2/onnx/model_quantized.onnx -o bundles/smollm2", "an export from the Hugging Face Hub; genai_config.json is written"))
    {
        Add(model);
        Add(output);
        Add(layers);
        force.AddTo(this);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var instrumented = Instrumenter.Instrument(call.Get(model), call.Get(output)!, new InstrumentOptions { Layers = LayerList.Numbers(call.Get(layers)!), Overwrite = force.IsGiven(call) });
        if (call.IsJson)
        {
            call.WriteJson(instrumented, InstrumentJson.Default);
            return Task.FromResult(ExitCodes.Done);
        }

        var facts = new FactGrid();
        facts.Add("folder", instrumented.Folder);
        facts.Add("serving graph", $"{instrumented.ServingGraph}, head for the last position only");
        facts.Add("training graph", $"{instrumented.TrainingGraph}, head for all positions");
        facts.Add("states", string.Join(", ", instrumented.HiddenStates));
        facts.Add("weights", string.Join(", ", instrumented.WeightFiles));
        foreach (var note in instrumented.Notes)
            facts.Add("note", note);
        facts.Add("next", $"safeswitch collect {call.Get(output)} --data FILE.jsonl -o STATES");
        facts.WriteTo(call.Terminal);
        return Task.FromResult(ExitCodes.Done);
    }
}

[JsonSerializable(typeof(InstrumentedModel))]
internal sealed partial class InstrumentJson : JsonSerializerContext;
