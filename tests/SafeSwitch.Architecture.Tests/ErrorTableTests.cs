using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace SafeSwitch.Architecture.Tests;

/// <summary>The table of errors is the code's.</summary>
public sealed partial class ErrorTableTests
{
    [Fact]
    public void Every_error_type_has_an_identifier_of_its_own_and_a_row_that_says_what_to_do()
    {
        var types = Design.Arrows.SelectMany(a => Assembly.Load(a.Project).GetExportedTypes()).Where(t => t.IsSubclassOf(typeof(Exception))).ToArray();
        var rows = Row().Matches(File.ReadAllText(Fixtures.Repository("docs", "errors.md"))).Select(m => (m.Groups[1].Value, m.Groups[2].Value)).ToArray();

        Assert.Equal(rows.Order(), types.Select(t => (IdOf(t), t.FullName!)).Order());
        Assert.Equal(rows.Length, rows.Select(r => r.Item1).Distinct().Count());
    }

    // What it is called does not depend on what went wrong.
    private static string IdOf(Type type) =>
        (string?)type.GetProperty(nameof(SafeSwitchException.DiagnosticId))?.GetValue(RuntimeHelpers.GetUninitializedObject(type)) ?? "none";

    [GeneratedRegex(@"^\| `(SS\d{4})` \| `([\w.]+)` \| [^|]+ \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
