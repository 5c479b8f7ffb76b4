using System.Globalization;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>Whether states will fit, before hours are spent on them.</summary>
internal static class DiskSpace
{
    private const int RowOverhead = 1024;

    /// <summary>Bytes that rows take at most: states, and their texts with room for the answer.</summary>
    public static long Needed(IEnumerable<EncodedRow> rows, CollectionSetup setup, int width) => rows.Sum(row =>
    {
        var content = KeptStates.Count(setup.Options.Keep, row.Prompt.ContentMask.Span);
        var pilot = row.Request.WithAnswer ? setup.Options.PilotTokens : 0;
        var states = (long)(content + 1 + pilot) * setup.Layers.Count + row.RefusalTokens.Length;
        var text = row.Request.Row.Messages.Sum(m => (long)m.Content.Length) + (row.Request.Refusal?.Text.Length ?? 0);
        return states * width * sizeof(ushort) + row.RefusalTokens.Length * sizeof(int) + (2 * text) + RowOverhead;
    });

    /// <exception cref="DataException">The disk is too small.</exception>
    public static void Require(string folder, long needed, long free)
    {
        if (needed > free)
        {
            throw new DataException(
                $"'{folder}': found {Text(free)} free, expected {Text(needed)} for the states. Make room, take fewer layers or rows, keep pooled or last states only, or collect a shard.");
        }
    }

    /// <summary>Bytes free where a folder is or will be.</summary>
    public static long Free(string folder)
    {
        var place = Path.GetFullPath(folder);
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } above)
            place = above;
        return new DriveInfo(place).AvailableFreeSpace;
    }

    /// <summary>Bytes for people: <c>1.2 GB</c>.</summary>
    public static string Text(long bytes) => bytes switch
    {
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
    };
}
