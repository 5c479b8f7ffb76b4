using System.Globalization;

namespace SafeSwitch.Onnx;

/// <summary>The names that graphs, probes and adapters of a bundle carry, each written here alone.</summary>
public static class GraphNames
{
    /// <summary>The decoder's output of scores over the vocabulary, unless its configuration names another.</summary>
    public const string Logits = "logits";

    /// <summary>The hidden state after the final norm; the states of layers have a number behind it.</summary>
    public const string HiddenStates = "hidden_states";

    /// <summary>First factor of an adapter's change to the head, <c>[hidden size, rank]</c>.</summary>
    public const string LoraA = "lm_head.lora_A.weight";

    /// <summary>Second factor, <c>[rank, vocabulary]</c>.</summary>
    public const string LoraB = "lm_head.lora_B.weight";

    /// <summary>What the change is multiplied by, <c>[1 or batch, 1, 1]</c>: 0 silences the adapter.</summary>
    public const string LoraGate = "lm_head.lora_gate";

    /// <summary>A probe's input that is 1 on content positions, <c>[batch, sequence]</c>.</summary>
    public const string ContentMask = "content_mask";

    /// <summary>A decoder's or probe's input that is 1 on positions that aren't padding, <c>[batch, sequence]</c>.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>A probe's output, <c>[batch, classes]</c>.</summary>
    public const string Probability = "probability";

    /// <summary>A probe's output, <c>[batch, 1]</c>, that says whether the text is of a kind that it never learned to read; it may be missing.</summary>
    public const string OutOfDistribution = "out_of_distribution";

    /// <summary>Key of the note that an instrumented graph carries: serving or training.</summary>
    public const string RoleKey = "safeswitch.role";

    /// <summary>File of an instrumented decoder for generation: logits of the last position.</summary>
    public const string ServingGraph = "model.serving.onnx";

    /// <summary>File of an instrumented decoder for training: logits of all positions.</summary>
    public const string TrainingGraph = "model.training.onnx";

    /// <summary>The hidden state of a layer: 0 is the embedding, i the residual stream after i layers.</summary>
    public static string HiddenStatesOf(int layer) => $"{HiddenStates}.{layer.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Whether a name is that of a hidden state.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is <see langword="null"/>.</exception>
    public static bool IsHiddenState(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name == HiddenStates || name.StartsWith(HiddenStates + ".", StringComparison.Ordinal);
    }
}
