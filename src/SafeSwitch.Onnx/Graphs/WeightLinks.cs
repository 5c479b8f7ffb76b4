namespace SafeSwitch.Onnx.Graphs;

/// <summary>
/// Symbolic links among weight files. A download cache links graph and weights into one store of its own; any other link out of the
/// model's folder would put a file that the model's author chose, and not its user, into the bundle.
/// </summary>
internal static class WeightLinks
{
    /// <summary>Holds that a weight file is inside the model's folder, or in the folder that the graph itself is linked into.</summary>
    /// <exception cref="GraphException">A link leads elsewhere.</exception>
    public static void Check(string graphPath, string folder, string location)
    {
        List<string> roots = [folder, Resolved(new DirectoryInfo(folder))];
        if (new FileInfo(graphPath).ResolveLinkTarget(returnFinalTarget: true) is { } graph)
            roots.Add(Path.GetDirectoryName(graph.FullName)!);
        var path = folder;
        foreach (var part in location.Split('/', '\\').Where(part => part.Length > 0))
        {
            path = Path.Combine(path, part);
            var target = Resolved(Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path));
            if (!roots.Any(root => target.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            {
                throw new GraphException(
                    graphPath, $"weight file '{location}' is a link to '{target}', outside the model's folder; expected a file inside it. If you trust it, put the file itself there.");
            }
        }
    }

    private static string Resolved(FileSystemInfo entry) => entry.Exists && entry.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : entry.FullName;
}
