using System.Reflection;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Interop;

public sealed class EntryPointsTests
{
    [Fact]
    public void EveryFunctionThatIsCalledIsCheckedAtLoad()
    {
        var called = typeof(NativeMethods).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(m => m.Name).Where(n => n.StartsWith("Oga", StringComparison.Ordinal));

        Assert.Equal(called.Order(), EntryPoints.Required.Concat(EntryPoints.Optional).Order());
    }

    [Fact]
    public void WhatIsMissingIsNamed() =>
        Assert.Equal(["OgaConfigOverlay"], EntryPoints.FindMissing(name => name != "OgaConfigOverlay"));
}
