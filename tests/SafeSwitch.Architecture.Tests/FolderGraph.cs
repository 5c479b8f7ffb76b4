namespace SafeSwitch.Architecture.Tests;

/// <summary>
/// The parts of one folder and which of them use which: its subfolders, each with all that is in it, and its own files, which are one part
/// called <c>.</c>.
/// </summary>
internal sealed class FolderGraph
{
    public const string OwnFiles = ".";

    private FolderGraph(string folder, IReadOnlyList<string> parts, ILookup<(string From, string To), TypeUse> arrows)
    {
        Folder = folder;
        Parts = parts;
        Arrows = arrows;
    }

    /// <summary>Relative to the project; empty for the project itself.</summary>
    public string Folder { get; }

    public IReadOnlyList<string> Parts { get; }

    /// <summary>Uses, by the parts between which they are.</summary>
    public ILookup<(string From, string To), TypeUse> Arrows { get; }

    /// <summary>One for the project and one for each folder that has subfolders.</summary>
    public static IEnumerable<FolderGraph> Of(SourceProject project)
    {
        var folders = project.Files
            .SelectMany(f => Ancestors(f.FilePath))
            .Distinct()
            .Order(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            var parts = project.Files.Select(f => Part(folder, f.FilePath)).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
            if (parts.Any(p => p != OwnFiles))
            {
                yield return new FolderGraph(folder, parts, project.Uses
                    .Select(u => (From: Part(folder, u.User), To: Part(folder, u.Used), Use: u))
                    .Where(u => u.From is not null && u.To is not null && u.From != u.To)
                    .ToLookup(u => (u.From!, u.To!), u => u.Use));
            }
        }
    }

    /// <summary>Parts that use each other, directly or by way of others: each set is one knot.</summary>
    public IEnumerable<IReadOnlyList<string>> Circles() => Layers().Where(layer => layer.Count > 1);

    /// <summary>The parts, what is used before what uses it (Tarjan); a layer of several is a knot.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Layers()
    {
        var targets = Arrows.Select(a => a.Key).ToLookup(a => a.From, a => a.To);
        var (order, lowest) = (new Dictionary<string, int>(), new Dictionary<string, int>());
        var open = new Stack<string>();
        var layers = new List<IReadOnlyList<string>>();
        foreach (var part in Parts)
        {
            if (!order.ContainsKey(part))
                Visit(part);
        }

        return layers;

        void Visit(string part)
        {
            order[part] = lowest[part] = order.Count;
            open.Push(part);
            foreach (var target in targets[part].Order(StringComparer.Ordinal))
            {
                if (order.TryGetValue(target, out var met))
                {
                    if (open.Contains(target))
                        lowest[part] = Math.Min(lowest[part], met);
                    continue;
                }

                Visit(target);
                lowest[part] = Math.Min(lowest[part], lowest[target]);
            }

            if (lowest[part] != order[part])
                return;
            var layer = new List<string>();
            do
                layer.Add(open.Pop());
            while (layer[^1] != part);
            layers.Add([.. layer.Order(StringComparer.Ordinal)]);
        }
    }

    private static IEnumerable<string> Ancestors(string file)
    {
        for (var at = file.LastIndexOf('/'); at >= 0; at = at == 0 ? -1 : file.LastIndexOf('/', at - 1))
            yield return file[..at];
        yield return "";
    }

    /// <summary>The part of the folder that the file is in; null for a file elsewhere.</summary>
    private static string? Part(string folder, string file)
    {
        if (folder.Length > 0)
        {
            if (!file.StartsWith(folder + "/", StringComparison.Ordinal))
                return null;
            file = file[(folder.Length + 1)..];
        }

        var slash = file.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? OwnFiles : file[..slash];
    }
}
