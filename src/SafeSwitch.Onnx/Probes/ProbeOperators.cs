namespace SafeSwitch.Onnx.Probes;

/// <summary>The operators that a probe may have: arithmetic, pooling and selection whose result is as large as shapes say.</summary>
internal static class ProbeOperators
{
    /// <summary>Give a tensor of their first input's shape.</summary>
    public static readonly HashSet<string> Pointwise = new(StringComparer.Ordinal)
    {
        "Abs", "Cast", "Ceil", "Clip", "CumSum", "Elu", "Erf", "Exp", "Floor", "Gelu", "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN",
        "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "Neg", "Not", "Reciprocal", "Relu", "Round", "ScatterElements", "Selu", "Sigmoid", "Sign",
        "Softmax", "Softplus", "Sqrt", "Tanh",
    };

    /// <summary>Give a tensor of their inputs' common shape.</summary>
    public static readonly HashSet<string> Broadcasting = new(StringComparer.Ordinal)
    {
        "Add", "And", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mul", "Or", "Pow", "PRelu", "Sub", "Sum",
        "Where", "Xor",
    };

    /// <summary>Take axes away, or leave 1 of each.</summary>
    public static readonly HashSet<string> Reducing = new(StringComparer.Ordinal)
    {
        "ArgMax", "ArgMin", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
        "ReduceSumSquare",
    };

    /// <summary>Have a rule each.</summary>
    private static readonly string[] Others =
    [
        "AveragePool", "Concat", "Constant", "ConstantOfShape", "Expand", "Flatten", "Gather", "GatherElements", "Gemm", "MatMul", "MaxPool", "Range", "Reshape",
        "Shape", "Size", "Slice", "Squeeze", "TopK", "Transpose", "Unsqueeze",
    ];

    public static readonly IReadOnlySet<string> Names =
        new SortedSet<string>(Pointwise.Concat(Broadcasting).Concat(Reducing).Concat(Others), StringComparer.Ordinal);

    public static bool IsStandard(string domain) => domain is "" or "ai.onnx";
}
