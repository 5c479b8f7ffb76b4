using SafeSwitch.Backends;
using SafeSwitch.Tests;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Decoding;

/// <summary>The contract where tokens can be appended to a sequence that was begun.</summary>
public sealed class ContractTests : DecodingContract, IDisposable
{
    private readonly InstrumentedModel files = new("llama", "fp32");

    public void Dispose() => files.Dispose();

    protected override ILanguageModel Load() => Models.LoadGenAI(files);
}

/// <summary>The contract where each token is a step of its own and a rewind runs the sequence again.</summary>
public sealed class SteppingContractTests : DecodingContract, IDisposable
{
    private readonly InstrumentedModel files = new("llama", "fp32");

    public void Dispose() => files.Dispose();

    protected override ILanguageModel Load() => Models.LoadGenAI(files.Folder, adapters: files.Adapters, neverAppends: true);
}
