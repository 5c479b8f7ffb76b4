using BenchmarkDotNet.Attributes;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Benchmarks;

/// <summary>
/// One answer token (time to the first token) and 33 (their difference is 32 decoded tokens), without the guard, cleared by
/// it, and intervened on.
/// </summary>
[MemoryDiagnoser]
[SimpleJob(warmupCount: 2, iterationCount: 8, invocationCount: 1)]
public class GuardBenchmarks : IAsyncDisposable
{
    private GuardedModel model = null!;
    private GenerationRequest request = null!;

    [Params(64, 256, 1024)]
    public int PromptTokens { get; set; }

    [Params(1, 33)]
    public int AnswerTokens { get; set; }

    [GlobalSetup]
    public void Load()
    {
        var bundle = new OnnxRuntimeBackend().Load(Bundle.Open(Workload.Bundle));
        model = new GuardedModel(bundle);
        request = Workload.Request(bundle.Model, PromptTokens, AnswerTokens);
    }

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        await model.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public Task<GenerationResult> Unguarded() => model.GenerateAsync(request with { Unguarded = true });

    [Benchmark]
    public Task<GenerationResult> Guarded() => model.GenerateAsync(request with { Policy = Workload.Clearing });

    [Benchmark]
    public Task<GenerationResult> Intervening() => model.GenerateAsync(request with { Policy = Workload.Intervening });
}
