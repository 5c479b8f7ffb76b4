using System.Globalization;
using System.Text.RegularExpressions;
using SafeSwitch.Onnx.Probes;

namespace SafeSwitch.Onnx.Tests.Probes;

/// <summary>What docs/probe-contract.md promises is what is checked.</summary>
public sealed partial class DocumentedContractTests
{
    private static readonly string Document = File.ReadAllText(Fixtures.Repository("docs", "probe-contract.md")).ReplaceLineEndings("\n");

    [Fact]
    public void The_operators_are_those_of_the_check()
    {
        var from = Document.IndexOf("The operators:", StringComparison.Ordinal);
        var list = Document[from..Document.IndexOf("## ", from, StringComparison.Ordinal)];
        Assert.Equal(ProbeOperators.Names.Order(StringComparer.Ordinal), Quoted().Matches(list).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public void The_limits_are_those_of_the_check()
    {
        foreach (var limit in new[] { $"{ProbeFile.MaxBytes >> 20} MiB", Text(ProbeFile.MaxNodes), $"{Text(ProbeFile.DefaultPositions)} positions",
            $"{Text(ShapeTrace.NumbersPerNumber)} numbers for each number read, and {Text(ShapeTrace.NumbersAllowance)} more",
            $"{Text(ShapeTrace.WorkPerNumber)} multiply-adds for each number read, and {Text(ShapeTrace.WorkAllowance)} more", })
        {
            Assert.Contains(limit, Document, StringComparison.Ordinal);
        }
    }

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex("`(\\w+)`")]
    private static partial Regex Quoted();
}
