using System.CommandLine;
using System.Diagnostics;
using SafeSwitch.Instrumentation;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>Instrumenting a model of gigabytes, in a process of its own, so that its memory and its reads are what is measured.</summary>
internal static class InstrumentCost
{
    private const int Hidden = 4096;
    private const int Vocabulary = 128_256;

    public static Command Command()
    {
        var gigabytes = new Option<double>("--gigabytes") { Description = "Size of the made-up model.", DefaultValueFactory = _ => 16 };
        var experts = new Option<int>("--experts") { Description = "Experts a layer, each with weights of its own: 128 make a graph of tens of thousands of nodes.", DefaultValueFactory = _ => 1 };
        var command = new Command("instrument", "A Llama of 4,096 wide states and 128,256 tokens in fp16, as many layers as fit.") { gigabytes, experts };
        command.SetAction(result => Run(result.GetValue(gigabytes), result.GetValue(experts)));
        return command;
    }

    public static Command ChildCommand()
    {
        var (model, output, layers) = (new Argument<string>("model"), new Argument<string>("output"), new Argument<int>("layers"));
        var command = new Command("instrument-here") { model, output, layers };
        command.Hidden = true;
        command.SetAction(result => Instrument(result.GetRequiredValue(model), result.GetRequiredValue(output), result.GetRequiredValue(layers)));
        return command;
    }

    private static int Run(double gigabytes, int experts)
    {
        using var folder = new WorkFolder();
        var (layer, ends) = LlamaGraph.Sizes(Hidden, Vocabulary);
        var layers = Math.Max(3, (int)Math.Round(((gigabytes * 1e9) - ends) / layer));
        var (source, output) = (Directory.CreateDirectory(folder.File("model")).FullName, folder.File("bundle"));
        new LlamaGraph(layers, Hidden, Vocabulary, experts).Write(source);

        var program = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(InstrumentCost).Assembly.Location] : [];
        using var child = Process.Start(new ProcessStartInfo(program, [.. host, "instrument-here", source, output, $"{layers}"]))!;
        child.WaitForExit();
        return child.ExitCode;
    }

    private static int Instrument(string source, string output, int layers)
    {
        var options = new InstrumentOptions { Layers = [layers / 3, layers / 2, layers - 1] };
        var before = ReadBytes.SoFar;
        var (model, cost) = Cost.Of(() => Instrumenter.Instrument(source, output, options));
        var read = ReadBytes.SoFar - before;

        var graph = Onnx.Graphs.GraphFile.Load(Path.Combine(source, "model.onnx")).Graph;
        var weights = model.WeightFiles.Sum(file => new FileInfo(Path.Combine(output, file)).Length);
        cost.Print(
            "instrument",
            $"{layers} layers, {weights / 1e9:0.0} GB of fp16 weights, {graph.Node.Count:N0} nodes, {graph.Initializer.Count:N0} initializers",
            $"{read / 1e6:0.0} MB read, {Written(output, model) / 1e6:0.0} MB written, weights {(IsOneFile(source, output) ? "are one file under two names" : "were COPIED")}");
        return 0;
    }

    private static long Written(string output, InstrumentedModel model) =>
        Directory.EnumerateFiles(output).Where(path => !model.WeightFiles.Contains(Path.GetFileName(path))).Sum(path => new FileInfo(path).Length);

    /// <summary>What is written into one must be seen in the other.</summary>
    private static bool IsOneFile(string source, string output)
    {
        using (var stream = File.OpenWrite(Path.Combine(source, LlamaGraph.WeightFile)))
            stream.WriteByte(0x5A);
        using var other = File.OpenRead(Path.Combine(output, LlamaGraph.WeightFile));
        return other.ReadByte() == 0x5A;
    }
}
