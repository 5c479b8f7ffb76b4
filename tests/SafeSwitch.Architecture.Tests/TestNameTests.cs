using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SafeSwitch.Architecture.Tests;

/// <summary>Tests are named by sentences: <c>A_missing_file_is_named</c>.</summary>
public sealed class TestNameTests
{
    [Fact]
    public void A_test_s_name_is_a_sentence()
    {
        var tests = Fixtures.Repository("tests");
        var wrong = from file in Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
                    let path = Path.GetRelativePath(tests, file).Replace('\\', '/').Split('/')
                    where path[1] is not ("bin" or "obj")
                    from method in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
                    where method.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString() is "Fact" or "Theory")
                    where !method.Identifier.Text.Contains('_', StringComparison.Ordinal)
                    select $"{path[0]}: {method.Identifier.Text}";
        Assert.Empty(wrong);
    }
}
