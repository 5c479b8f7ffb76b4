using SafeSwitch.BuildABundle;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>The sample that is written as an outsider would, against the public packages: compiled here, and run.</summary>
public sealed class BuildABundleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task The_sample_makes_a_bundle_that_loads()
    {
        var output = new StringWriter();

        var bundle = await Example.RunAsync(Llama(), folder.Path, output, TestContext.Current.CancellationToken);

        Assert.Equal("balanced", bundle.Manifest.DefaultPolicy);
        Assert.Equal(6, output.ToString().Trim().Split('\n').Length);
        Assert.Equal(60, Assert.Single(bundle.Manifest.Provenance!.DataSets).Rows);
        await using var loaded = new OnnxRuntimeBackend().Load(bundle);
        Assert.Single(loaded.Probes);

        // Unguarded, always on and the policy, on the fifteen rows that nothing was trained on.
        var report = File.ReadAllText(folder.File("report/report.md"));
        Assert.Contains("made-up", report, StringComparison.Ordinal);
        Assert.Equal(15, File.ReadLines(folder.File("report/rows.jsonl")).Count());
    }

    [Fact]
    public void The_readme_shows_lines_of_the_sample()
    {
        var sample = File.ReadAllLines(Fixtures.Repository("samples", "BuildABundle", "Example.cs")).Select(l => l.Trim()).ToHashSet();
        var readme = File.ReadAllText(Fixtures.Repository("src", "SafeSwitch.Training", "README.md"));
        var code = readme.Split("```csharp\n")[1].Split("```")[0].Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).ToList();
        Assert.True(code.Count > 10);
        Assert.All(code, line => Assert.Contains(line, sample));
    }

    public void Dispose() => folder.Dispose();

    private static string Llama() => Fixtures.Decoder("llama", "fp32");
}
