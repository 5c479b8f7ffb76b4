using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SafeSwitch.Architecture.Tests;

/// <summary>The arrows between projects and folders are the design's.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void Every_project_under_src_is_in_the_design() => Assert.Equal(
        Directory.EnumerateFiles(Fixtures.Repository("src"), "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension).Order(),
        Design.Arrows.Select(a => a.Project).Order());

    [Fact]
    public void A_project_names_only_projects_that_lie_below_it()
    {
        var wrong = from arrow in Design.Arrows
                    let file = Path.Combine(Fixtures.Repository("src", arrow.Project), arrow.Project + ".csproj")
                    from reference in XDocument.Load(file).Descendants("ProjectReference")
                    let target = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)
                    where !Below(arrow.Project).Contains(target)
                    select $"{arrow.Project} -> {target}";
        Assert.Empty(wrong);
    }

    /// <summary>What a project gets through another is in no project file: only the compiled assembly tells.</summary>
    [Fact]
    public void The_code_of_a_project_uses_the_projects_of_the_design_and_all_of_them()
    {
        foreach (var (project, uses) in Design.Arrows)
            Assert.Equal($"{project}: {string.Join(", ", uses)}", $"{project}: {string.Join(", ", SourceProject.UsedBy(project))}");
    }

    [Fact]
    public void Every_arrow_of_the_design_points_down()
    {
        foreach (var (project, uses) in Design.Arrows)
            Assert.Subset(Below(project), uses.ToHashSet());
    }

    private static HashSet<string> Below(string project) => [.. Design.Arrows.TakeWhile(a => a.Project != project).Select(a => a.Project)];

    /// <summary>What a project file brings into every file is in no file's usings, where the circles are looked for.</summary>
    [Fact]
    public void A_file_names_the_folders_that_it_uses_by_itself()
    {
        var hidden = from file in Directory.EnumerateFiles(Fixtures.Repository("src"), "*.csproj", SearchOption.AllDirectories)
                     from import in XDocument.Load(file).Descendants("Using")
                     select $"{Path.GetFileName(file)}: {(string?)import.Attribute("Include")}";
        Assert.Empty(hidden);
    }

    [Fact]
    public void A_project_shows_its_internals_to_its_own_tests_only()
    {
        var wrong = from arrow in Design.Arrows
                    from attribute in Assembly.Load(arrow.Project).GetCustomAttributes<InternalsVisibleToAttribute>()
                    where attribute.AssemblyName != arrow.Project + ".Tests"
                    select $"{arrow.Project} shows its internals to {attribute.AssemblyName}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_two_folders_use_each_other()
    {
        var wrong = from project in SourceProject.All
                    from graph in FolderGraph.Of(project)
                    from circle in graph.Circles()
                    let place = graph.Folder.Length == 0 ? project.Name : $"{project.Name}/{graph.Folder}"
                    select $"{place}: {string.Join(", ", circle)}{Because(graph, circle)}";
        Assert.True(!wrong.Any(), "Circles between folders:\n" + string.Join("\n", wrong));
    }

    [Fact]
    public void A_file_s_namespace_is_its_folder()
    {
        var wrong = from project in SourceProject.All
                    from tree in project.Files
                    from space in tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
                    let found = space.Name.ToString()
                    where found != NamespaceOf(project.Name, tree.FilePath)
                    where !IsEntryPoint(project, space, found)
                    select $"{project.Name}/{tree.FilePath}: found {found}, expected {NamespaceOf(project.Name, tree.FilePath)}";
        Assert.True(!wrong.Any(), string.Join("\n", wrong));
    }

    private static string NamespaceOf(string project, string file) =>
        string.Join('.', [project, .. file.Split('/').SkipLast(1)]);

    // What a user of a package meets first keeps the package's own namespace, in whichever folder its file is.
    private static bool IsEntryPoint(SourceProject project, BaseNamespaceDeclarationSyntax space, string found) =>
        (found == project.Name || found == Design.ServiceCollectionNamespace)
        && space.Members.Any(m => m.Modifiers.Any(SyntaxKind.PublicKeyword));

    /// <summary>The thinnest arrows of a circle, which are the ones to cut.</summary>
    private static string Because(FolderGraph graph, IReadOnlyList<string> circle) => string.Concat(graph.Arrows
        .Where(a => circle.Contains(a.Key.From) && circle.Contains(a.Key.To))
        .OrderBy(a => a.Count())
        .Take(12)
        .Select(a => $"\n    {a.Key.From} -> {a.Key.To}: {string.Join(", ", a.Take(4).Select(u => $"{Path.GetFileName(u.User)} uses {u.Type}"))}"));
}
