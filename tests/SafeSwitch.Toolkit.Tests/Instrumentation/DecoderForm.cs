namespace SafeSwitch.Toolkit.Tests.Instrumentation;

/// <summary>What a made-up decoder looks like: the forms that architectures and exporters differ in.</summary>
public sealed record DecoderForm
{
    public string Name { get; init; } = "plain";

    /// <summary>LayerNormalization, Rms (plain operators), SimplifiedLayerNormalization, Skip (fused with the addition).</summary>
    public string Norm { get; init; } = "Rms";

    /// <summary>Attention and MLP read the same norm; "attention first" or "residual first" says how the three terms are added.</summary>
    public string? Parallel { get; init; }

    /// <summary>Norms after attention and MLP too (Gemma 2).</summary>
    public bool Sandwich { get; init; }

    /// <summary>The norm follows the addition (the first transformers, OPT-350m).</summary>
    public bool PostNorm { get; init; }

    /// <summary>Learned positions are added to the embeddings (GPT-2).</summary>
    public bool LearnedPositions { get; init; }

    /// <summary>Products inside layers flatten positions and the last norm's result is given its shape again (GPT-2).</summary>
    public bool Views { get; init; }

    /// <summary>The embeddings are scaled (Gemma).</summary>
    public bool ScaledEmbeddings { get; init; }

    /// <summary>MatMul, Gemm (flattened), GemmTransposed, Tied (transposed embedding), FusedMatMul, Dequantized.</summary>
    public string Head { get; init; } = "MatMul";

    /// <summary>null, Scalar (Gather and Unsqueeze before the head), ScalarAfter (unsqueezed after the head), Slice, KeepInput, AfterHead.</summary>
    public string? Pruning { get; init; }

    public bool Bias { get; init; }

    public bool SoftCap { get; init; }

    public bool Masked { get; init; }

    public bool CastToDouble { get; init; }

    /// <summary>Weights listed as inputs too, as formats before version 4 have it.</summary>
    public bool OldFormat { get; init; }

    /// <summary>No attention mask.</summary>
    public bool Maskless { get; init; }

    public int Opset { get; init; } = 18;

    public override string ToString() => Name;
}
