using System.Text.Json;

namespace SafeSwitch.Cli.Tests;

/// <summary>What a run left behind.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
