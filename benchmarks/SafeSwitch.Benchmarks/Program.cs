using BenchmarkDotNet.Running;
using SafeSwitch.Benchmarks;
using SafeSwitch.Benchmarks.Hosting;
using SafeSwitch.Benchmarks.Judging;
using SafeSwitch.Benchmarks.Providers;

// `paired` and `host` interleave what they compare, so that their ratios hold on a machine whose speed drifts; `judge` asks what a second opinion
// costs and would have to be worth; `provider` holds an execution provider against the CPU and ends with 1 if it does not agree, 2 if it is not there;
// the rest is BenchmarkDotNet:
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- paired [ROUNDS]
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- host [ROUNDS]
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- judge [--prompts FILE] …
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- provider cuda [--model DIR] [--prompts FILE] …
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- --filter '*'
if (args is ["paired", ..])
    return await PairedComparison.RunAsync(rounds: args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 15);
if (args is ["host", ..])
    return await HostComparison.RunAsync(rounds: args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 9);
if (args is ["judge", .. var judging])
    return await JudgeCommand.RunAsync(judging);
if (args is ["provider", .. var rest])
    return await ProviderCommand.RunAsync(rest);
BenchmarkSwitcher.FromAssembly(typeof(GuardBenchmarks).Assembly).Run(args);
return 0;
