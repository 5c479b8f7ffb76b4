using System.CommandLine;
using SafeSwitch.Monitoring;
using SafeSwitch.Toolkit.Collection;
using SafeSwitch.Toolkit.Training.Probes;

namespace SafeSwitch.Toolkit.Benchmarks;

/// <summary>Training the reference form (last position, one hidden layer of 64) and a pooled form on states that lie on disk.</summary>
internal static class ProbeCost
{
    public static Command Command()
    {
        var rows = new Option<int>("--rows") { Description = "Rows; a fifth is for validation.", DefaultValueFactory = _ => 11_000 };
        var width = new Option<int>("--width") { Description = "Numbers a state.", DefaultValueFactory = _ => 4096 };
        var positions = new Option<int>("--positions") { Description = "Content positions of the pooled form.", DefaultValueFactory = _ => 32 };
        var command = new Command("probe", "Probe training, 20 passes, on made-up states.") { rows, width, positions };
        command.SetAction(result => Run(result.GetValue(rows), result.GetValue(width), result.GetValue(positions)));
        return command;
    }

    private static void Run(int rows, int width, int positions)
    {
        using var folder = new WorkFolder();
        Meter.Run($"writing {rows:N0} rows of {positions} + 1 positions x {width:N0}, {Meter.Megabytes(2L * rows * (positions + 1) * width)}", () =>
        {
            SyntheticStore.WritePrompts(folder.Path, rows, width, positions);
            return true;
        });
        using var store = StateStore.Open(folder.Path);
        var states = new StoredProbeStates(store, MonitorStage.Prompt);
        var options = new ProbeTrainingOptions { Epochs = 20, Patience = 20 };
        Train(states, ProbeDesign.Reference, options);
        Train(states, ProbeDesign.Reference with { Name = "pooled", Members = [new() { Pooling = ProbePooling.Rolling, Layers = [SyntheticStore.Layer] }] }, options);
    }

    private static void Train(StoredProbeStates states, ProbeDesign design, ProbeTrainingOptions options) => Meter.Run(
        $"{design.Describe()}, {options.Epochs} passes over {states.Rows.Count(row => row.Split == "train"):N0} rows",
        () => ProbeTrainer.Train(states, design, options, new Progress()));

    private sealed class Progress : IProgress<ProbeTrainingProgress>
    {
        public void Report(ProbeTrainingProgress value)
        {
            if (value.Epoch % 5 == 0)
                Meter.Print($"  pass {value.Epoch} of {value.Epochs}: loss {value.TrainingLoss:0.000}, validation {value.ValidationLoss:0.000}");
        }
    }
}
