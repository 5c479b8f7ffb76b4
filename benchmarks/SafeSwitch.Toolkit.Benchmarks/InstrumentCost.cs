using System.CommandLine;
using System.Diagnostics;
using SafeSwitch.Toolkit.Graphs;
using SafeSwitch.Toolkit.Instrumentation;

namespace SafeSwitch.Toolkit.Benchmarks;

/// <summary>Instrumenting a model of gigabytes, in a process of its own, so that its memory is what is measured.</summary>
internal static class InstrumentCost
{
    private const int Hidden = 4096;
    private const int Vocabulary = 128_256;

    public static Command Command()
    {
        var gigabytes = new Option<double>("--gigabytes") { Description = "Size of the made-up model.", DefaultValueFactory = _ => 8 };
        var command = new Command("instrument", "A Llama of 4,096 wide states and 128,256 tokens in fp16, as many layers as fit.") { gigabytes };
        command.SetAction(result => Run(result.GetValue(gigabytes)));
        return command;
    }

    public static Command ChildCommand()
    {
        var (model, output, layers) = (new Argument<string>("model"), new Argument<string>("output"), new Argument<string>("layers"));
        var command = new Command("instrument-here") { model, output, layers };
        command.Hidden = true;
        command.SetAction(result =>
        {
            var options = new InstrumentOptions { Layers = InstrumentOptions.ParseLayers(result.GetRequiredValue(layers)) };
            return Meter.Run("instrument", () => Instrumenter.Instrument(result.GetRequiredValue(model), result.GetRequiredValue(output), options)).Notes.Count;
        });
        return command;
    }

    private static int Run(double gigabytes)
    {
        using var folder = new WorkFolder();
        var (layer, ends) = LlamaGraph.Sizes(Hidden, Vocabulary);
        var layers = Math.Max(1, (int)Math.Round(((gigabytes * 1e9) - ends) / layer));
        var (source, output) = (Directory.CreateDirectory(folder.File("model")).FullName, folder.File("bundle"));
        var bytes = new LlamaGraph(layers, Hidden, Vocabulary).Write(source);
        Meter.Print($"{layers} layers, {bytes / 1e9:0.0} GB of weights, graph {new FileInfo(Path.Combine(source, "model.onnx")).Length:N0} bytes");

        using var child = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [.. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? new[] { typeof(InstrumentCost).Assembly.Location } : [], "instrument-here", source, output, $"final,{layers / 3},{layers / 2}"]))!;
        child.WaitForExit();
        if (child.ExitCode != 0)
            return child.ExitCode;

        var written = Directory.EnumerateFiles(output).Where(path => !path.EndsWith(".data", StringComparison.Ordinal)).ToList();
        Meter.Print($"written: {string.Join(", ", written.Select(path => $"{Path.GetFileName(path)} {new FileInfo(path).Length:N0}"))} bytes");
        Meter.Print($"weights are {(IsOneFile(source, output) ? "one file under two names" : "COPIED")}");
        RefuseSingleFile(folder);
        return 0;
    }

    /// <summary>What is written into one must be seen in the other.</summary>
    private static bool IsOneFile(string source, string output)
    {
        const string Weights = "model.onnx.data";
        using (var stream = File.OpenWrite(Path.Combine(source, Weights)))
            stream.WriteByte(0x5A);
        using var other = File.OpenRead(Path.Combine(output, Weights));
        return other.ReadByte() == 0x5A;
    }

    private static void RefuseSingleFile(WorkFolder folder)
    {
        using (var stream = File.Create(folder.File("whole.onnx")))
            stream.SetLength(int.MaxValue + 1L);
        try
        {
            Instrumenter.Instrument(folder.File("whole.onnx"), folder.File("none"));
            Meter.Print($"a single file of 2 GB was NOT refused");
        }
        catch (GraphException exception)
        {
            Meter.Print($"a single file of 2 GB is refused: {exception.Problem}");
        }
    }
}
