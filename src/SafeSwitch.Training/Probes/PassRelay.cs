using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes;

/// <summary>Passes of a training as progress of a step.</summary>
internal sealed class PassRelay(ProgressMeter meter) : IProgress<ProbeTrainingProgress>
{
    public void Report(ProbeTrainingProgress value) =>
        meter.Add(1, $"{value.Design}, pass {value.Epoch}: loss {value.TrainingLoss:0.000}, held out {value.StoppingLoss:0.000}");
}
