namespace SafeSwitch.Backends;

/// <summary>
/// What a backend implements: one sequence, its KV cache and what was computed last. The contract of
/// <see cref="DecodingSession"/> stands in front of it and keeps misuse away: members are called by one caller at a time, with tokens
/// of the vocabulary, positions that fit and names that exist; only <see cref="Terminate"/> is called while a run is under way.
/// </summary>
public interface ISequenceRunner : IDisposable
{
    /// <summary>Logits of the last position that was run, one for each entry of the vocabulary. Asked for only after a run that succeeded.</summary>
    ReadOnlySpan<float> Logits { get; }

    /// <summary>
    /// Runs tokens behind the first <paramref name="past"/> positions of the sequence, in one pass. A run that fails or is cancelled
    /// leaves those positions as they were.
    /// </summary>
    /// <param name="tokens">At least one. The memory is the caller's and may change once the task has ended.</param>
    /// <param name="past">Positions before them, as many as were run and not rewound.</param>
    /// <param name="cancellationToken">Ends the run early, with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>A task that ends with the run; a backend that runs one sequence at a time returns it completed.</returns>
    ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken);

    /// <summary>
    /// A hidden state of the positions just run, one that the session was opened for. The memory behind it may be written to by the
    /// next run, and should be such that reading it after <see cref="IDisposable.Dispose"/> does no harm: managed arrays are.
    /// </summary>
    HiddenStates GetHiddenStates(string name);

    /// <summary>Forgets the positions from <paramref name="length"/> on.</summary>
    void Rewind(int length);

    /// <summary>Chooses the adapter of the runs to come by its name in <see cref="LanguageModelInfo.Adapters"/>, <see langword="null"/> for none.</summary>
    void SetAdapter(string? name);

    /// <summary>Makes a run that is under way end soon, with any exception, and every later one at once. Called from any thread.</summary>
    void Terminate();
}
