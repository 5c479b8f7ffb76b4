using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Onnx;
using SafeSwitch.Policies;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>What a prober's <c>args.json</c> says of where it looks.</summary>
internal sealed record ProberArguments(MonitorStage Stage, int Layer, int PilotTokens, string Label)
{
    public const string FileName = "args.json";

    public static ProberArguments Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new ImportException(path, "no such file; it says which layer and position the prober reads. Put it beside the weights.");
        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new ImportException(path, "expected a JSON object.");
            var pilot = json["n_decode"]?.GetValue<int>() ?? 0;
            var rule = json["token_rule"]?.GetValue<string>() ?? "last";
            if (rule is not ("last" or "multi"))
                throw new ImportException(path, $"token_rule '{rule}': it reads the state after a whole answer, which no stage gives. Expected 'last' or 'multi'.");

            // "multi" means the state of one answer token, the n-th; with none decoded it is the prompt's last.
            var atResponse = rule == "multi" && pilot > 0;
            return new ProberArguments(
                atResponse ? MonitorStage.Response : MonitorStage.Prompt,
                json["layer_id"]?.GetValue<int>() ?? -1,
                atResponse ? pilot : 0,
                json["label"]?.GetValue<string>() ?? "both");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new ImportException(path, $"not the arguments of a prober: {e.Message}", e);
        }
    }

    /// <summary>The decoder output that the layer's number means, counted from the end where negative.</summary>
    public string HiddenStates(string path, int? layers)
    {
        var layer = Layer switch
        {
            -1 => layers,
            < -1 when layers is null => throw new ImportException(path, $"layer_id {Layer} counts from the end: name the model, so that its layers are known."),
            < -1 => layers + 1 + Layer,
            _ => Layer,
        };
        if (Layer == -1 || layer == layers)
            return GraphNames.HiddenStates;
        return layer >= 0 && (layers is null || layer < layers)
            ? GraphNames.HiddenStatesOf(layer.Value)
            : throw new ImportException(path, $"layer_id {Layer} is not a layer of the model, which has {layers}.");
    }
}
