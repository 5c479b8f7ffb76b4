using System.Text;

namespace SafeSwitch.Architecture.Tests;

/// <summary>The projects, lowest first, each with its folders and what each of those uses, as text for the documentation.</summary>
internal static class ArchitecturePicture
{
    public static string Draw()
    {
        var text = new StringBuilder();
        foreach (var project in SourceProject.All)
        {
            var references = SourceProject.UsedBy(project.Name);
            text.Append(project.Name).AppendLine(references.Count == 0 ? "" : " -> " + string.Join(", ", references));
            var graph = FolderGraph.Of(project).FirstOrDefault(g => g.Folder.Length == 0);
            foreach (var part in graph?.Layers().SelectMany(layer => layer) ?? [])
            {
                var uses = graph!.Arrows.Select(a => a.Key).Where(a => a.From == part).Select(a => Name(a.To)).Order(StringComparer.Ordinal);
                text.AppendLine($"    {Name(part),-16} {string.Join(", ", uses)}".TrimEnd());
            }
        }

        return text.Replace("\r", "").ToString();
    }

    private static string Name(string part) => part == FolderGraph.OwnFiles ? "(root)" : part;
}
