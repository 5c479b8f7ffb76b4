using System.CommandLine;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation.Inspection;

namespace SafeSwitch.Cli.Inspect;

/// <summary>What a model folder is, and whether it can be guarded.</summary>
internal sealed class InspectVerb : Verb
{
    private readonly Argument<string> model = new("MODEL") { Description = "A model folder of ONNX Runtime GenAI, an export from the Hugging Face Hub, or a decoder's .onnx file" };

    public InspectVerb()
        : base(
            "inspect",
            "Says what a model folder is and whether it can be instrumented; exit code 1 if not",
            new("inspect models/smollm2-135m-instruct", "architecture, head, states, adapters"),
            new("inspect models/phi-3/onnx/model_fp16.onnx --json", "one graph of several, for a program")) => Add(model);

    protected override Task<int> RunAsync(VerbCall call)
    {
        var report = Inspector.Inspect(call.Get(model));
        if (call.IsJson)
            call.WriteJson(report, InspectJson.Default);
        else
            ModelView.Write(call.Terminal, report);
        return Task.FromResult(report.CanInstrument ? ExitCodes.Done : ExitCodes.Failed);
    }
}

[JsonSerializable(typeof(ModelReport))]
internal sealed partial class InspectJson : JsonSerializerContext;
