namespace SafeSwitch.Backends;

/// <summary>
/// One sequence being decoded: its KV cache, its last logits and hidden states, its adapter.
/// <para>A session serves one caller at a time; a verb called while another runs fails with
/// <see cref="InvalidOperationException"/>. Verbs are asynchronous so that a batching scheduler can stand behind them; a
/// backend that runs one sequence at a time completes synchronously. It may be disposed at any moment, also while a verb
/// runs: the verb is then ended or finished first, and nothing leaks.</para>
/// <para>A verb that was cancelled or failed leaves <see cref="Length"/> as it was before; logits and states are then gone.</para>
/// </summary>
public interface IDecodingSession : IAsyncDisposable
{
    /// <summary>Positions in the KV cache.</summary>
    int Length { get; }

    /// <summary>
    /// Logits of the last position run, one per vocabulary entry, valid until the next verb.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nothing was run since the session was opened, rewound or failed.</exception>
    ReadOnlySpan<float> Logits { get; }

    /// <summary>Runs tokens at the end of the sequence in one pass.</summary>
    /// <exception cref="ArgumentException">There are no tokens, or one is outside the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">They do not fit the session's capacity.</exception>
    ValueTask PrefillAsync(ReadOnlyMemory<int> tokens, CancellationToken cancellationToken = default);

    /// <summary>Runs one token at the end of the sequence.</summary>
    ValueTask DecodeAsync(int token, CancellationToken cancellationToken = default);

    /// <summary>
    /// The named hidden state of the positions just run, read where the runtime wrote it. The object is the session's own
    /// and valid until the next verb.
    /// </summary>
    /// <exception cref="ArgumentException">The session was not opened for that hidden state.</exception>
    HiddenStates GetHiddenStates(string name);

    /// <summary>Forgets the positions from <paramref name="length"/> on. Costs nothing: the cache before stays valid.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or above <see cref="Length"/>.</exception>
    void Rewind(int length);

    /// <summary>
    /// Chooses the adapter of the runs to come, <see langword="null"/> for none. Adapters change the head alone, so the cache
    /// stays valid; the logits already computed do not change.
    /// </summary>
    /// <exception cref="ArgumentException">The model has no adapter of that name.</exception>
    void SetAdapter(string? name);
}
