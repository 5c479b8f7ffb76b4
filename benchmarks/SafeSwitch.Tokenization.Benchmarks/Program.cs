using BenchmarkDotNet.Running;
using SafeSwitch.Tokenization.Benchmarks;

if (args is ["--quick"])
    QuickLook.Run();
else if (args is ["--hostile"])
    HostileLook.Run();
else
    BenchmarkSwitcher.FromAssembly(typeof(EncodeBenchmarks).Assembly).Run(args);
