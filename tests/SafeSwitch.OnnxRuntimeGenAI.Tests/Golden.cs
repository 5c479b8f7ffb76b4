using System.Text.Json;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests;

/// <summary>Prompts of the fixture decoders.</summary>
internal static class Golden
{
    public static IReadOnlyList<int[]> Prompts(string family)
    {
        using var golden = JsonDocument.Parse(File.ReadAllText(Fixtures.DecoderGolden(family, "golden.json")));
        return [.. golden.RootElement.GetProperty("prompts").EnumerateArray()
            .Select(p => p.GetProperty("input_ids").EnumerateArray().Select(e => e.GetInt32()).ToArray())];
    }
}
