namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>Holds native objects that must be gone before the library is shut down.</summary>
internal interface IExitParticipant
{
    /// <summary>Ends what runs and releases everything.</summary>
    Task EndAsync();
}
