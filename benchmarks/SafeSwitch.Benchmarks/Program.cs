using BenchmarkDotNet.Running;
using SafeSwitch.Benchmarks;
using SafeSwitch.Benchmarks.Hosting;
using SafeSwitch.Benchmarks.Judging;
using SafeSwitch.Benchmarks.Providers;
using SafeSwitch.Benchmarks.Serving;

// `paired` and `host` interleave what they compare, so that their ratios hold on a machine whose speed drifts; `telemetry` writes down what is reported of
// one request; `judge` asks what a second opinion costs and would have to be worth; `provider` holds an execution provider against the CPU and ends with 1 if it does not agree, 2 if it is not there;
// `serve` has many clients at once, `server` the same over HTTP, `turns` a conversation that grows; the rest is BenchmarkDotNet:
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- paired [ROUNDS]
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- host [ROUNDS]
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- telemetry PROMPT
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- judge [--prompts FILE] …
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- provider cuda [--model DIR] [--prompts FILE] …
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- serve [--clients 1 4 16] [--rounds 3] …
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- server [--clients 1 4 16 64] [--rounds 3] …
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- turns [--turns 6] [--rounds 3]
//   dotnet run -c Release --project benchmarks/SafeSwitch.Benchmarks -- --filter '*'
if (args is ["paired", ..])
    return await PairedComparison.RunAsync(rounds: args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 15);
if (args is ["host", ..])
    return await HostComparison.RunAsync(rounds: args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 9);
if (args is ["telemetry", var prompt])
    return await TelemetryTranscript.RunAsync(prompt);
if (args is ["judge", .. var judging])
    return await JudgeCommand.RunAsync(judging);
if (args is ["provider", .. var rest])
    return await ProviderCommand.RunAsync(rest);
if (args is ["serve", .. var served])
    return await ServeCommand.RunAsync(served);
if (args is ["server", .. var overHttp])
    return await ServerCommand.RunAsync(overHttp);
if (args is ["turns", .. var turns])
    return await TurnsCommand.RunAsync(turns);
BenchmarkSwitcher.FromAssembly(typeof(GuardBenchmarks).Assembly).Run(args);
return 0;
