namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>How a decoder computes its head.</summary>
public enum HeadKind
{
    /// <summary>A matrix product with a weight as it is, or transposed, cast or dequantised by the graph.</summary>
    MatMul,

    /// <summary>A general matrix product on flattened positions.</summary>
    Gemm,

    /// <summary>A product with block-quantised weights (<c>MatMulNBits</c> and its like).</summary>
    BlockQuantized,

    /// <summary>An integer product on activations quantised while running (<c>MatMulInteger</c> and its fused forms).</summary>
    DynamicallyQuantized,
}
