using System.CommandLine;
using SafeSwitch.Policies;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>Training the reference form (last position, one hidden layer of 64) and a pooled form on states that lie on disk.</summary>
internal static class ProbeCost
{
    public static Command Command()
    {
        var rows = new Option<int>("--rows") { Description = "Rows; a fifth is for validation.", DefaultValueFactory = _ => 11_000 };
        var width = new Option<int>("--width") { Description = "Numbers a state.", DefaultValueFactory = _ => 4096 };
        var positions = new Option<int>("--positions") { Description = "Content positions of a pooled form; 0: none is trained.", DefaultValueFactory = _ => 0 };
        var command = new Command("probe", "Probe training, 20 passes, on made-up states.") { rows, width, positions };
        command.SetAction((result, _) => RunAsync(result.GetValue(rows), result.GetValue(width), result.GetValue(positions)));
        return command;
    }

    private static async Task RunAsync(int rows, int width, int positions)
    {
        using var folder = new WorkFolder();
        await SyntheticStore.WritePromptsAsync(folder.Path, rows, width, positions);
        using var store = StateStore.Open(folder.Path);
        var states = new StoredProbeStates(store, MonitorStage.Prompt);
        var options = new ProbeTrainingOptions { Epochs = 20, Patience = 20 };
        ProbeMemberDesign Form(ProbePooling pooling, int[] hidden) => new() { Pooling = pooling, Layers = [SyntheticStore.Layer], Hidden = hidden };
        Train("linear, last position", Form(ProbePooling.Last, []));
        Train("MLP of 64, last position", Form(ProbePooling.Last, [64]));
        if (positions > 0)
            Train($"MLP of 64, rolling over {positions} positions", Form(ProbePooling.Rolling, [64]));

        void Train(string form, ProbeMemberDesign design)
        {
            var progress = new Progress();
            var (_, cost) = Cost.Of(() => ProbeTrainer.Train(states, ProbeDesign.Reference with { Members = [design] }, options, progress));
            var trained = states.Rows.Count(row => row.Split == "train");
            cost.Print(
                $"train probe, {form}",
                $"{rows:N0} x {width:N0} states",
                $"{options.Epochs} passes over {trained:N0} rows, {(options.Threads > 0 ? options.Threads : Environment.ProcessorCount)} threads, {trained * options.Epochs / cost.Seconds:N0} rows/s, validation loss {progress.Validation:0.000}");
        }
    }

    private sealed class Progress : IProgress<ProbeTrainingProgress>
    {
        public double Validation { get; private set; }

        public void Report(ProbeTrainingProgress value) => Validation = value.StoppingLoss;
    }
}
