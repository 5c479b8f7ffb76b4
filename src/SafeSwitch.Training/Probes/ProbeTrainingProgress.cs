namespace SafeSwitch.Training.Probes;

/// <summary>How far a training is.</summary>
/// <param name="Network">The network in training, from 1.</param>
/// <param name="Networks">Networks in the probe.</param>
/// <param name="Design">What it is, for people.</param>
/// <param name="Epoch">Passes done.</param>
/// <param name="Epochs">Passes at most.</param>
/// <param name="TrainingLoss">Weighted cross-entropy of the pass, in nats.</param>
/// <param name="StoppingLoss">The same after the pass on the rows set aside to stop by.</param>
public sealed record ProbeTrainingProgress(
    int Network, int Networks, string Design, int Epoch, int Epochs, double TrainingLoss, double StoppingLoss);
