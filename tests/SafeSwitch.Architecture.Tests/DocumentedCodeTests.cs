using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace SafeSwitch.Architecture.Tests;

/// <summary>
/// Every block of C# in the README, the packages' READMEs and the documents compiles against what is built here. A block that begins with
/// usings stands alone, as someone would paste it into a new project; any other is taken for a part of a host, which has
/// <c>services</c>, <c>configuration</c>, <c>builder</c>, <c>host</c>, <c>chat</c>, <c>messages</c>, <c>bundle</c>, <c>model</c> and every namespace of ours.
/// </summary>
public sealed partial class DocumentedCodeTests
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // What a project of the web SDK has beside.
    private const string WebUsings = """
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private const string Host = """
        global using Microsoft.Extensions.AI;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using static HostOfADocument;

        internal static class HostOfADocument
        {
            public static IServiceCollection services => null!;
            public static IConfiguration configuration => null!;
            public static HostApplicationBuilder builder => null!;
            public static IHost host => null!;
            public static IChatClient chat => null!;
            public static List<ChatMessage> messages => null!;
            public static SafeSwitch.Bundles.Bundle bundle => null!;
            public static SafeSwitch.Guard.GuardedModel model => null!;
            public static CancellationToken cancellationToken => default;
        }
        """;

    // Errors only: a document may leave a variable unused.
    private static readonly CSharpCompilationOptions Options = new(
        OutputKind.ConsoleApplication, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);

    public static TheoryData<string, int> Blocks
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var file in Documents())
            {
                for (var i = 0; i < CodeOf(file).Count; i++)
                    data.Add(file, i);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_of_code_compiles(string file, int block)
    {
        var (line, code) = CodeOf(file)[block];
        List<string> sources = [code, ImplicitUsings];
        if (!code.StartsWith("using ", StringComparison.Ordinal))
            sources.Add(OurNamespaces() + Host);
        else if (code.Contains("WebApplication", StringComparison.Ordinal))
            sources.Add(WebUsings);
        var parsing = new CSharpParseOptions(LanguageVersion.Latest);
        var compilation = CSharpCompilation.Create(
            "Document", sources.Select(s => CSharpSyntaxTree.ParseText(s, parsing)), CompilerReferences.All, IsProgram(code) ? Options : Options.WithOutputKind(OutputKind.DynamicallyLinkedLibrary));

        var errors = compilation.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(d => d.Severity == DiagnosticSeverity.Error)
            .Select(d => string.Create(CultureInfo.InvariantCulture, $"{file}:{line + d.Location.GetLineSpan().StartLinePosition.Line}: {d.GetMessage(CultureInfo.InvariantCulture)}"))
            .ToList();
        Assert.True(errors.Count == 0, string.Join("\n", errors));
    }

    /// <summary>What a document says is a probe is one: the code runs, and the file that it writes is loaded.</summary>
    [Theory]
    [InlineData("docs/probe-contract.md")]
    [InlineData("src/SafeSwitch.Onnx/README.md")]
    public void The_probe_of_a_document_is_one(string file)
    {
        using var folder = new TemporaryFolder();
        var code = ProbeName().Replace(CodeOf(file)[0].Code, $"@\"{folder.File("probe.onnx")}\"");
        var parsing = new CSharpParseOptions(LanguageVersion.Latest);
        using var assembly = new MemoryStream();
        Assert.True(CSharpCompilation.Create("Document", new[] { code, ImplicitUsings }.Select(s => CSharpSyntaxTree.ParseText(s, parsing)), CompilerReferences.All, Options)
            .Emit(assembly, cancellationToken: TestContext.Current.CancellationToken).Success);

        System.Reflection.Assembly.Load(assembly.ToArray()).EntryPoint!.Invoke(null, [Array.Empty<string>()]);

        Assert.NotEmpty(SafeSwitch.Onnx.Probes.ProbeFile.Load(folder.File("probe.onnx")).HiddenStates);
    }

    [GeneratedRegex("\"\\w+\\.onnx\"")]
    private static partial Regex ProbeName();

    [Fact]
    public void Every_library_s_README_shows_code() => Assert.All(
        // The tool is used from a shell.
        Design.Arrows.Select(a => a.Project).Where(project => project != "SafeSwitch.Cli"),
        project => Assert.NotEmpty(CodeOf($"src/{project}/README.md")));

    private static bool IsProgram(string code) => CSharpSyntaxTree.ParseText(code, cancellationToken: TestContext.Current.CancellationToken)
        .GetCompilationUnitRoot(TestContext.Current.CancellationToken).Members.OfType<Microsoft.CodeAnalysis.CSharp.Syntax.GlobalStatementSyntax>().Any();

    private static IEnumerable<string> Documents()
    {
        var root = Fixtures.Repository();
        return new[] { "README.md", "CONTRIBUTING.md" }
            .Concat(Directory.EnumerateFiles(Path.Combine(root, "src"), "README.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f)))
            .Concat(Directory.EnumerateDirectories(Path.Combine(root, "models")).Select(f => Path.Combine(f, "README.md")).Where(File.Exists).Select(f => Path.GetRelativePath(root, f)))
            .Concat(Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(root, f)))
            .Select(f => f.Replace('\\', '/'))
            // Lines of code that is compiled and run elsewhere; a test of their own holds them together.
            .Where(f => f is not ("src/SafeSwitch.Training/README.md" or "src/SafeSwitch.Evaluation/README.md"))
            .Where(f => !f.Contains("/bin/", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
    }

    private static List<(int Line, string Code)> CodeOf(string file)
    {
        var text = File.ReadAllText(Fixtures.Repository(file.Split('/'))).ReplaceLineEndings("\n");
        return [.. CodeBlock().Matches(text).Select(m => (text.AsSpan(0, m.Groups[1].Index).Count('\n') + 1, m.Groups[1].Value))];
    }

    private static string OurNamespaces() => string.Concat(SourceProject.All
        .Where(p => p.Name != "SafeSwitch.Cli")
        .SelectMany(PublicNamespaces)
        .Distinct()
        .Select(n => $"global using {n};\n"));

    private static IEnumerable<string> PublicNamespaces(SourceProject project) =>
        System.Reflection.Assembly.Load(project.Name).GetExportedTypes().Select(t => t.Namespace).OfType<string>();

    [GeneratedRegex("^```csharp\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
