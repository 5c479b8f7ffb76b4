namespace SafeSwitch.Cli.Shared;

/// <summary>What the tool's exit code says. The same for every verb.</summary>
internal static class ExitCodes
{
    /// <summary>It did what it was asked for.</summary>
    public const int Done = 0;

    /// <summary>It ran, and the outcome is bad or it failed on the way.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>A file, a bundle or a data row can't be used.</summary>
    public const int BadInput = 3;

    /// <summary>Ended by the user (Ctrl-C); what is finished stays.</summary>
    public const int Cancelled = 130;

    /// <summary>The codes with their meaning, for help.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> Meanings { get; } =
    [
        (Done, "done"),
        (Failed, "it ran, but failed on the way or the outcome is bad"),
        (Usage, "the command line is wrong"),
        (BadInput, "a file, bundle or data row can't be used"),
        (Cancelled, "cancelled with Ctrl-C; what is finished stays"),
    ];
}
