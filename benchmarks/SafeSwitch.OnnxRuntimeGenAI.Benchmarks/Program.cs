using System.Globalization;
using SafeSwitch.OnnxRuntimeGenAI.Benchmarks;

// Both backends beside ONNX Runtime GenAI's own loop, interleaved, as ratios of one run:
//   dotnet run -c Release --project benchmarks/SafeSwitch.OnnxRuntimeGenAI.Benchmarks -- [ROUNDS] [THREADS] [PROMPT-TOKENS ...]
var numbers = args.Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToArray();
int[] lengths = numbers.Length > 2 ? numbers[2..] : [64, 256, 1024];
await SideBySide.RunAsync(
    rounds: numbers.Length > 0 ? numbers[0] : 9,
    threads: numbers.Length > 1 ? numbers[1] : Math.Min(2, Environment.ProcessorCount),
    lengths);
