using BenchmarkDotNet.Running;
using SafeSwitch.Tokenization.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(EncodeBenchmarks).Assembly).Run(args);
