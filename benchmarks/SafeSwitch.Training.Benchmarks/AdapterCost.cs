using System.CommandLine;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>Training the refusal adapter from states on disk through a head in fp16, run by ONNX Runtime.</summary>
internal static class AdapterCost
{
    private const int RefusalTokens = 40;

    public static Command Command()
    {
        var tokens = new Option<int>("--tokens") { Description = "Refusal tokens; a fifth is for validation.", DefaultValueFactory = _ => 200_000 };
        var vocabulary = new Option<int>("--vocabulary") { DefaultValueFactory = _ => 32_000 };
        var hidden = new Option<int>("--hidden") { DefaultValueFactory = _ => 4096 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => new AdapterTrainingOptions().Epochs };
        var command = new Command("adapter", "Adapter training of rank 16 on made-up states.") { tokens, vocabulary, hidden, epochs };
        command.SetAction(result => Run(result.GetValue(tokens), result.GetValue(vocabulary), result.GetValue(hidden), result.GetValue(epochs)));
        return command;
    }

    private static void Run(int tokens, int vocabulary, int hidden, int epochs)
    {
        using var folder = new WorkFolder();
        var (model, states) = (Directory.CreateDirectory(folder.File("model")).FullName, folder.File("states"));
        new LlamaGraph(1, hidden, vocabulary).Write(model);
        SyntheticStore.WriteRefusals(states, tokens, RefusalTokens, hidden, vocabulary);
        using var store = StateStore.Open(states);
        var options = new AdapterTrainingOptions { Epochs = epochs };
        using var head = new OrtHead(HeadGraph.Cut(Path.Combine(model, "model.onnx"), Path.Combine(model, "head.onnx")), options.Threads);
        var progress = new Progress();
        var ((_, report), cost) = Cost.Of(() => new AdapterTrainer(head, options).Train(store, progress, CancellationToken.None));
        cost.Print(
            "train adapter",
            $"{tokens:N0} tokens x {vocabulary:N0}, {hidden:N0} wide states, fp16 head",
            $"rank {options.Rank}, {epochs} passes over {report.TrainTokens:N0} tokens and twice over {report.HeldOutTokens:N0}, {options.Threads} threads, {progress.Rate:N0} tokens/s");
    }

    private sealed class Progress : IProgress<BuildProgress>
    {
        private double told;

        public double Rate { get; private set; }

        public void Report(BuildProgress value)
        {
            Rate = value.Rate;
            if (value.Done < told)
                return;
            told += value.Total / 10;
            Console.Error.WriteLine(FormattableString.Invariant($"{100 * value.Done / value.Total:0}%, {value.Rate:N0} tokens/s, {value.TimeLeft?.TotalSeconds:0} s left"));
        }
    }
}
