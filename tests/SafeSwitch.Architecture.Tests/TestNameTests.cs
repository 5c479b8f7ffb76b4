using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SafeSwitch.Architecture.Tests;

/// <summary>Tests are named by sentences: <c>A_missing_file_is_named</c>.</summary>
public sealed partial class TestNameTests
{
    [Fact]
    public void A_test_s_name_is_a_sentence()
    {
        var tests = Fixtures.Repository("tests");
        var wrong = from file in Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
                    let path = Path.GetRelativePath(tests, file).Replace('\\', '/').Split('/')
                    where path[1] is not ("bin" or "obj") && !Design.OtherTestNames.Contains(path[0])
                    from method in CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
                    where method.AttributeLists.SelectMany(l => l.Attributes).Any(a => a.Name.ToString() is "Fact" or "Theory")
                    let name = method.Identifier.Text
                    where !name.Contains('_', StringComparison.Ordinal) && TwoWords().IsMatch(name)
                    select $"{path[0]}: {name}";
        Assert.Empty(wrong);
    }

    [GeneratedRegex("[a-z0-9][A-Z]|[A-Z][A-Z][a-z]")]
    private static partial Regex TwoWords();
}
