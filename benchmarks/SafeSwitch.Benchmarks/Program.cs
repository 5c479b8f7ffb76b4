using BenchmarkDotNet.Running;
using SafeSwitch.Benchmarks;

// `paired` interleaves what it compares, so that its ratios hold on a machine whose speed drifts; the rest is BenchmarkDotNet:
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- paired [ROUNDS]
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- --filter '*'
if (args is ["paired", ..])
    return await PairedComparison.RunAsync(rounds: args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 15);
BenchmarkSwitcher.FromAssembly(typeof(GuardBenchmarks).Assembly).Run(args);
return 0;
