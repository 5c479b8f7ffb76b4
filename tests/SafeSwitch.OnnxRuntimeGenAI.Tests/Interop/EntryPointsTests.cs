using System.Reflection;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Interop;

public sealed class EntryPointsTests
{
    [Fact]
    public void Every_function_that_is_called_is_checked_at_load()
    {
        var called = typeof(NativeMethods).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Select(m => m.Name).Where(n => n.StartsWith("Oga", StringComparison.Ordinal));

        Assert.Equal(called.Order(), EntryPoints.Required.Concat(EntryPoints.Optional).Order());
    }

    [Fact]
    public void What_is_missing_is_named() =>
        Assert.Equal(["OgaConfigOverlay"], EntryPoints.FindMissing(name => name != "OgaConfigOverlay"));
}
