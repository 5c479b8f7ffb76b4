using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SafeSwitch.Architecture.Tests;

/// <summary>A project under src as the compiler sees it: which file uses which other file's types.</summary>
internal sealed class SourceProject
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

    private static readonly Lazy<IReadOnlyList<SourceProject>> Read = new(() =>
        [.. Design.Arrows.Select(a => a.Project).Select(name => new SourceProject(name))]);

    private readonly CSharpCompilation compilation;
    private readonly ConcurrentDictionary<string, bool> named = new();

    private SourceProject(string name)
    {
        Name = name;
        Folder = Fixtures.Repository("src", name);
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("bin/", StringComparison.Ordinal) && !file.StartsWith("obj/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Folder, file)), options, file))
            .ToList();
        Files = trees;

        // What generators write (JSON contexts, log messages, protobuf classes) is missing; the built assembly beside the sources has it.
        // Source wins where both define a type.
        compilation = CSharpCompilation.Create(
            name,
            [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings, options)],
            CompilerReferences.All,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, metadataImportOptions: MetadataImportOptions.Internal));
        Uses = [.. trees.AsParallel().AsOrdered().SelectMany(UsesOf)];
    }

    /// <summary>Every project under src, lowest first.</summary>
    public static IReadOnlyList<SourceProject> All => Read.Value;

    /// <summary>The other projects whose types the code of one uses, lowest first: by what the compiler referenced, and by what the source names,
    /// of which a constant or a name leaves no reference.</summary>
    public static IReadOnlyList<string> UsedBy(string project)
    {
        var used = Assembly.Load(project).GetReferencedAssemblies().Select(a => a.Name).ToHashSet();
        used.UnionWith(All.Single(p => p.Name == project).named.Keys);
        used.Remove(project);
        return [.. Design.Arrows.Select(a => a.Project).Where(p => used.Contains(p))];
    }

    public string Name { get; }

    public string Folder { get; }

    /// <summary>The files, each under its path relative to the project.</summary>
    public IReadOnlyList<SyntaxTree> Files { get; }

    /// <summary>Each use of another file's type, once per pair of files and type.</summary>
    public IReadOnlyList<TypeUse> Uses { get; }

    private IEnumerable<TypeUse> UsesOf(SyntaxTree tree)
    {
        var model = compilation.GetSemanticModel(tree, ignoreAccessibility: true);
        var types = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        foreach (var node in tree.GetRoot().DescendantNodes(n => n is not UsingDirectiveSyntax))
        {
            if (node is not (SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax))
                continue;
            var info = model.GetSymbolInfo(node);
            if (Outermost(info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) is { } type)
                types.Add(type);
        }

        foreach (var assembly in types.Select(t => t.ContainingAssembly?.Name).OfType<string>())
            named.TryAdd(assembly, true);
        return types
            .Where(t => t.ContainingAssembly?.Name == Name)
            .Select(t => (Type: t.Name, File: FileOf(t, tree.FilePath)))
            .Where(u => u.File != tree.FilePath)
            .Select(u => new TypeUse(tree.FilePath, u.File, u.Type))
            .Distinct();
    }

    private static INamedTypeSymbol? Outermost(ISymbol? symbol)
    {
        var type = symbol switch
        {
            INamedTypeSymbol named => named,
            IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol => symbol.ContainingType,
            _ => null,
        };
        while (type?.ContainingType is { } outer)
            type = outer;
        return type?.OriginalDefinition;
    }

    /// <summary>Where a type is declared; of a type in several files the user's own counts. A generated one is where its namespace says.</summary>
    private string FileOf(INamedTypeSymbol type, string user)
    {
        var files = type.DeclaringSyntaxReferences.Select(r => r.SyntaxTree.FilePath).ToList();
        if (files.Count > 0)
            return files.Contains(user) ? user : files[0];
        var space = type.ContainingNamespace.ToDisplayString();
        var folder = space.Length > Name.Length ? space[(Name.Length + 1)..].Replace('.', '/') + "/" : "";
        return folder + "(generated)";
    }
}

/// <summary>A file that uses a type of another.</summary>
internal sealed record TypeUse(string User, string Used, string Type);
