namespace SafeSwitch.OnnxRuntimeGenAI.Interop;

/// <summary>
/// Shuts the library down when the process ends. Its own clean-up at exit must not meet live objects, so what the host forgot to
/// dispose is released first.
/// </summary>
internal static class ProcessExit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly Lock Gate = new();
    private static readonly List<WeakReference<IExitParticipant>> Participants = [];
    private static volatile bool isShutDown;

    /// <summary>Whether the library's process-wide state is gone; nothing may be called any more.</summary>
    public static bool IsShutDown => isShutDown;

    public static void Register() => AppDomain.CurrentDomain.ProcessExit += (_, _) => ShutDown();

    public static void Track(IExitParticipant participant)
    {
        lock (Gate)
        {
            Participants.RemoveAll(p => !p.TryGetTarget(out _));
            Participants.Add(new WeakReference<IExitParticipant>(participant));
        }
    }

    private static void ShutDown()
    {
        Task[] endings;
        lock (Gate)
            endings = [.. Participants.Select(p => p.TryGetTarget(out var participant) ? participant.EndAsync() : Task.CompletedTask)];

        // A step that does not end in time keeps its objects; the library is then left as it is.
        if (!Task.WhenAll(endings).Wait(Patience) || NativeHandle.Alive > 0)
            return;
        isShutDown = true;
        NativeMethods.OgaShutdown();
    }
}

/// <summary>Holds native objects that must be gone before the library is shut down.</summary>
internal interface IExitParticipant
{
    /// <summary>Ends what runs and releases everything.</summary>
    Task EndAsync();
}
