namespace SafeSwitch.Server.Responses;

/// <summary>The models that are served.</summary>
internal sealed record ModelList(string Object, IReadOnlyList<ModelEntry> Data);

/// <summary>A model.</summary>
/// <param name="Id">What requests call it.</param>
/// <param name="Object">Always <c>model</c>.</param>
/// <param name="Created">When the server began, in seconds since 1970.</param>
/// <param name="OwnedBy">Always <c>safeswitch</c>.</param>
internal sealed record ModelEntry(string Id, string Object, long Created, string OwnedBy);
