using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SafeSwitch.Reliability.Edits;

/// <summary>Edits of JSON lines: a field of one line, or lines gone, twice, joined.</summary>
internal static class LineEdits
{
    public static Edit Any(byte[] file, Random random)
    {
        if (random.Next(10) == 0)
            return ByteEdits.Any(file, random);
        var lines = Encoding.UTF8.GetString(file).Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(10))
        {
            case 0:
                lines.RemoveAt(at);
                return Join(lines, $"line {at + 1} removed");
            case 1:
                lines.Insert(at, lines[at]);
                return Join(lines, $"line {at + 1} twice");
            case 2:
                lines[at] += lines[random.Next(lines.Count)];
                return Join(lines, $"line {at + 1} with another behind it");
            case 3:
                return new Edit([0xEF, 0xBB, 0xBF, .. file], "a byte-order mark");
            default:
                try
                {
                    var edit = JsonEdits.Field(JsonNode.Parse(lines[at]), random);
                    lines[at] = Encoding.UTF8.GetString(edit.Bytes);
                    return Join(lines, $"line {at + 1}: {edit.What}");
                }
                catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
                {
                    return ByteEdits.Any(file, random);
                }
        }
    }

    private static Edit Join(List<string> lines, string what) => new(Encoding.UTF8.GetBytes(string.Join('\n', lines)), what);
}
