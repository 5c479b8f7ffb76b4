namespace SafeSwitch.Training.Adapters;

/// <summary>What adapter training reached.</summary>
/// <param name="TrainRows">Refusals trained on.</param>
/// <param name="TrainTokens">Their tokens.</param>
/// <param name="HeldOutRows">Refusals held out.</param>
/// <param name="HeldOutTokens">Their tokens.</param>
/// <param name="BaseTop1">Share of held-out tokens that the base model predicts, each after the true ones before it. Below about a tenth
/// the head can hardly say the wanted refusals.</param>
/// <param name="AdaptedTop1">The same with the adapter on.</param>
/// <param name="BaseLoss">Mean cross-entropy of the base model on held-out tokens, in nats.</param>
/// <param name="AdaptedLoss">The same with the adapter on.</param>
/// <param name="TrainTop1">Share of tokens predicted in the last pass of training.</param>
public sealed record AdapterReport(
    int TrainRows,
    int TrainTokens,
    int HeldOutRows,
    int HeldOutTokens,
    double BaseTop1,
    double AdaptedTop1,
    double BaseLoss,
    double AdaptedLoss,
    double TrainTop1)
{
    /// <summary>Whether the base model can hardly produce the wanted refusals through its head.</summary>
    public bool BaseCanHardlyRefuse => BaseTop1 < 0.1;
}
