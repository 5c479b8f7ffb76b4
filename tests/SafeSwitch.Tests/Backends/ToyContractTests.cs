using SafeSwitch.Backends;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Backends;

/// <summary>The toy keeps the contract that it stands in for.</summary>
public sealed class ToyContractTests : DecodingContract
{
    protected override ILanguageModel Load() => new ToyModel();
}
