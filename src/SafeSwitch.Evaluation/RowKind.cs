using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>In what form a request comes.</summary>
public enum RowKind
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>Inside a jailbreak template.</summary>
    Wrapped,

    /// <summary>Somewhere in a long prompt.</summary>
    Long,

    /// <summary>At the end of a conversation.</summary>
    MultiTurn,
}

internal static class RowKinds
{
    public static RowKind Of(DataRow row) =>
        row.Wrapper is not null ? RowKind.Wrapped
        : row.Messages.Count(m => m.Role == PromptMessage.UserRole) > 1 ? RowKind.MultiTurn
        : row.Place is not null ? RowKind.Long
        : RowKind.Plain;
}
