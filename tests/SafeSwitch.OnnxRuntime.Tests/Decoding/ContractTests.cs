using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Tests.Support;
using SafeSwitch.Tests;

namespace SafeSwitch.OnnxRuntime.Tests.Decoding;

/// <summary>The contract over a cache that the graph appends to in place.</summary>
public sealed class ContractTests(SmallDecoder decoder) : DecodingContract
{
    protected override float Tolerance => TestProvider.Tolerance(1e-3f, others: 1e-2f);

    protected override ILanguageModel Load() => decoder.Load();
}

/// <summary>The contract over a cache that the graph writes anew at every run.</summary>
public sealed class GrowingCacheContractTests(SmallDecoder decoder) : DecodingContract
{
    protected override float Tolerance => TestProvider.Tolerance(1e-3f, others: 1e-2f);

    protected override ILanguageModel Load() => decoder.Load(sharesCache: false);
}
