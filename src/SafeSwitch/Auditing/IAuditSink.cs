namespace SafeSwitch.Auditing;

/// <summary>
/// Takes one record of every request that ended, whether it was answered, failed or was given up. Thread-safe.
/// <see cref="AuditFile"/> writes them to a file.
/// </summary>
public interface IAuditSink
{
    /// <summary>
    /// What prompts are hashed with (<see cref="AuditRecord.PromptHash"/>): a secret of at least 16 bytes. Empty for no hash.
    /// </summary>
    ReadOnlyMemory<byte> Salt { get; }

    /// <summary>
    /// Takes a record. Called where the request ended, so it returns soon. What it throws is logged as an error and changes nothing about
    /// the answer.
    /// </summary>
    void Write(AuditRecord record);
}
