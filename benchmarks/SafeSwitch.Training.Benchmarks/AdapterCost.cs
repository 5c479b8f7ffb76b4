using System.CommandLine;
using SafeSwitch.Instrumentation;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Pipeline;
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
        var vocabulary = new Option<int>("--vocabulary") { Description = "Tokens of the head; the shipped model's tokenizer has 49,152.", DefaultValueFactory = _ => 49_152 };
        var hidden = new Option<int>("--hidden") { DefaultValueFactory = _ => 4096 };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => new AdapterTrainingOptions().Epochs };
        var command = new Command("adapter", "Adapter training of rank 16 on made-up states.") { tokens, vocabulary, hidden, epochs };
        command.SetAction((result, _) => RunAsync(result.GetValue(tokens), result.GetValue(vocabulary), result.GetValue(hidden), result.GetValue(epochs)));
        return command;
    }

    private static async Task RunAsync(int tokens, int vocabulary, int hidden, int epochs)
    {
        using var folder = new WorkFolder();
        var (source, bundle, states) = (Directory.CreateDirectory(folder.File("model")).FullName, folder.File("bundle"), folder.File("states"));
        new LlamaGraph(1, hidden, vocabulary).Write(source);
        CopyTokenizer(source);
        Instrumenter.Instrument(source, bundle);
        await SyntheticStore.WriteRefusalsAsync(states, tokens, RefusalTokens, hidden, vocabulary);
        using var store = StateStore.Open(states);
        var options = new AdapterTrainingOptions { Epochs = epochs };
        var progress = new Progress();
        var (record, cost) = await Cost.OfAsync(() => new BundleAdapterTrainer(store, bundle).TrainAsync(options, progress));
        cost.Print(
            "train adapter",
            $"{tokens:N0} tokens x {vocabulary:N0}, {hidden:N0} wide states, fp16 head",
            $"rank {options.Rank}, {epochs} passes over {record.Report.TrainTokens:N0} tokens and twice over {record.Report.HeldOutTokens:N0}, {(options.Threads > 0 ? options.Threads : Environment.ProcessorCount)} threads, {progress.Rate:N0} tokens/s");
    }

    /// <summary>The decoder is loaded to check the adapter, for which it needs a tokenizer: the shipped one.</summary>
    private static void CopyTokenizer(string folder)
    {
        foreach (var file in (string[])["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"])
        {
            if (File.Exists(Path.Combine(Workload.Bundle, file)))
                File.Copy(Path.Combine(Workload.Bundle, file), Path.Combine(folder, file));
        }
    }

    private sealed class Progress : IProgress<BuildProgress>
    {
        private double told;

        public double Rate { get; private set; }

        public void Report(BuildProgress value)
        {
            if (value.Step != "adapter")
                return;
            Rate = value.Rate;
            if (value.Done < told)
                return;
            told += value.Total / 10;
            Console.Error.WriteLine(FormattableString.Invariant($"{100 * value.Done / value.Total:0}%, {value.Rate:N0} tokens/s, {value.TimeLeft?.TotalSeconds:0} s left"));
        }
    }
}
