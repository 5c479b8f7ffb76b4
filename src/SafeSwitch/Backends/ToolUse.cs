using System.Text.Json;

namespace SafeSwitch.Backends;

/// <summary>A tool that the model may call, as its chat template describes it. The host's own text, and trusted.</summary>
/// <param name="Name">What the model calls it by.</param>
/// <param name="Description">What it does; may be empty.</param>
/// <param name="Parameters">JSON schema of its arguments, an object.</param>
public sealed record ToolDescription(string Name, string Description, JsonElement Parameters);

/// <summary>A call that the model asked for.</summary>
/// <param name="Id">What a result of it refers to; templates of some families want nine letters and digits.</param>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">Its arguments, a JSON object.</param>
public sealed record ToolCall(string Id, string Name, JsonElement Arguments);
