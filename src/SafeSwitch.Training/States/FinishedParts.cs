using System.Globalization;
using System.Text.RegularExpressions;

namespace SafeSwitch.Training.States;

/// <summary>Which parts of a collection that several processes share are whole: a file <c>2-of-4.done</c> for each that ended well.</summary>
internal static partial class FinishedParts
{
    private static readonly (int Part, int Of) All = (1, 1);

    /// <summary>Says that a part is being worked on: until it ends well it is not whole.</summary>
    public static void Begin(string folder, (int Part, int Of) part)
    {
        File.Delete(PathOf(folder, part));
        // What was collected at once may be less than what the parts will be.
        File.Delete(PathOf(folder, All));
    }

    /// <summary>Says that a part is whole.</summary>
    public static void End(string folder, (int Part, int Of) part) => File.WriteAllText(PathOf(folder, part), "");

    /// <summary>Parts of which others were collected, and they were not or not to their end, such as <c>3/4</c>. Folders of older versions
    /// say it by the shards that there are.</summary>
    public static IReadOnlyList<string> Missing(string folder)
    {
        if (File.Exists(PathOf(folder, All)))
            return [];
        var found = Directory.EnumerateFiles(folder)
            .Select(f => Name().Match(Path.GetFileName(f)))
            .Where(m => m.Success)
            .Select(m => (Part: Number(m, 1), Of: Number(m, 2), IsDone: m.Groups[3].Value == ".done"))
            .Where(p => p.Of > 1)
            .ToLookup(p => p.Of);
        return [.. found
            .OrderBy(parts => parts.Key)
            .SelectMany(parts =>
            {
                var whole = parts.Where(p => p.IsDone || !parts.Any(o => o.IsDone)).Select(p => p.Part).ToHashSet();
                return Enumerable.Range(1, parts.Key).Where(i => !whole.Contains(i)).Select(i => $"{i}/{parts.Key}");
            })];
    }

    private static string PathOf(string folder, (int Part, int Of) part) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{part.Part}-of-{part.Of}.done"));

    private static int Number(Match match, int group) =>
        int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^([0-9]+)-of-([0-9]+)(\.done|-[0-9]+\.jsonl)$")]
    private static partial Regex Name();
}
