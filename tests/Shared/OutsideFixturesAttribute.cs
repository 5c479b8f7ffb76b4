using Xunit.v3;

namespace SafeSwitch.Tests;

/// <summary>
/// The test needs fixtures that are not in the repository. Run only these with <c>dotnet test --filter-trait Fixtures=Outside</c>,
/// after <c>SAFESWITCH_SHARED</c> is set.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class OutsideFixturesAttribute : Attribute, ITraitAttribute
{
    public const string Trait = "Fixtures";

    public const string Value = "Outside";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Trait, Value)];
}
