namespace SafeSwitch.Onnx;

/// <summary>The names that an instrumented graph carries.</summary>
internal static class GraphNames
{
    public const string Logits = "logits";
    public const string HiddenStates = "hidden_states";
    public const string LoraA = "lm_head.lora_A.weight";
    public const string LoraB = "lm_head.lora_B.weight";
    public const string LoraGate = "lm_head.lora_gate";

    /// <summary>Key of the note an instrumented graph carries: serving or training.</summary>
    public const string RoleKey = "safeswitch.role";

    public const string ServingGraph = "model.serving.onnx";
    public const string TrainingGraph = "model.training.onnx";

    public static string HiddenStatesOf(int layer) => $"{HiddenStates}.{layer.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
}
