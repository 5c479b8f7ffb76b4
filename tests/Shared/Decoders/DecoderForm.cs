namespace SafeSwitch.Tests;

/// <summary>What a made-up decoder looks like: the forms that architectures and exporters differ in.</summary>
public sealed record DecoderForm
{
    public string Name { get; init; } = "plain";

    /// <summary>
    /// LayerNormalization, Rms and Centred (plain operators, the second without weights), SimplifiedLayerNormalization; fused with the
    /// addition: Skip, SkipLayerNormalization.
    /// </summary>
    public string Norm { get; init; } = "Rms";

    /// <summary>Attention and MLP read the same norm; "attention first" or "residual first" says how the three terms are added; "two norms": each reads its own (GPT-NeoX).</summary>
    public string? Parallel { get; init; }

    /// <summary>Norms after attention and MLP too (Gemma 2).</summary>
    public bool Sandwich { get; init; }

    /// <summary>The norm follows the addition (the first transformers, OPT-350m).</summary>
    public bool PostNorm { get; init; }

    /// <summary>Norms after attention and MLP only (OLMo 2).</summary>
    public bool BranchNorm { get; init; }

    /// <summary>The embeddings are normalised (BLOOM).</summary>
    public bool EmbeddingNorm { get; init; }

    /// <summary>One product makes query, key and value.</summary>
    public bool FusedProducts { get; init; }

    /// <summary>Query and key are normalised (Qwen 3).</summary>
    public bool HeadNorms { get; init; }

    /// <summary>The MLP is one of two experts, chosen by a router (Mixtral).</summary>
    public bool Experts { get; init; }

    /// <summary>The stream passes through the branches of an If.</summary>
    public bool Branches { get; init; }

    /// <summary>Products in fp16 (norms and stream in fp32, as the model builder writes Gemma 2).</summary>
    public bool Half { get; init; }

    /// <summary>Learned positions are added to the embeddings (GPT-2).</summary>
    public bool LearnedPositions { get; init; }

    /// <summary>Positions come from outside.</summary>
    public bool PositionIds { get; init; }

    /// <summary>Products inside layers flatten positions and the last norm's result is given its shape again (GPT-2).</summary>
    public bool Views { get; init; }

    /// <summary>The embeddings are scaled (Gemma).</summary>
    public bool ScaledEmbeddings { get; init; }

    /// <summary>MatMul, Gemm (flattened), GemmTransposed, Tied (transposed embedding), FusedMatMul, Dequantized, Blocked (dequantised, reshaped, transposed), TiedHalf (fp16 table, fp32 graph).</summary>
    public string Head { get; init; } = "MatMul";

    /// <summary>null, Scalar (Gather and Unsqueeze before the head), ScalarAfter (unsqueezed after the head), Slice, KeepInput, AfterHead.</summary>
    public string? Pruning { get; init; }

    public bool Bias { get; init; }

    /// <summary>The head's input is scaled (MiniCPM).</summary>
    public bool ScaledHeadInput { get; init; }

    /// <summary>The logits are scaled (Cohere).</summary>
    public bool LogitScale { get; init; }

    public bool SoftCap { get; init; }

    public bool Masked { get; init; }

    /// <summary>A stored mask's places get the constant (InternLM, Phi-3 small).</summary>
    public bool MaskedFirst { get; init; }

    public bool CastToDouble { get; init; }

    /// <summary>Weights listed as inputs too, as formats before version 4 have it.</summary>
    public bool OldFormat { get; init; }

    /// <summary>The states are outputs already, each under the name that it gets here.</summary>
    public bool GivesStates { get; init; }

    /// <summary>Another tensor is called <c>hidden_states</c>.</summary>
    public bool TakenName { get; init; }

    /// <summary>No attention mask.</summary>
    public bool Maskless { get; init; }

    public int Opset { get; init; } = 18;

    public override string ToString() => Name;
}
