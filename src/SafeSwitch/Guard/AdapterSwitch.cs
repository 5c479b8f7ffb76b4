using SafeSwitch.Backends;

namespace SafeSwitch.Guard;

/// <summary>The switch that the guard is named after.</summary>
public static class AdapterSwitch
{
    /// <summary>
    /// Takes a session back to the end of its prompt with an adapter on, ready to decode another answer. The adapter changes the head
    /// alone, so the KV cache of the prompt stays valid, and one single-token run gives the logits that it would have given.
    /// </summary>
    /// <param name="session">A session whose sequence begins with the prompt.</param>
    /// <param name="prompt">The prompt's tokens, at least one.</param>
    /// <param name="adapter">Name of the adapter.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="ArgumentException">The prompt is empty, or the model has no adapter of that name.</exception>
    public static ValueTask ApplyAsync(
        DecodingSession session, ReadOnlyMemory<int> prompt, string adapter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentException.ThrowIfNullOrEmpty(adapter);
        if (prompt.IsEmpty)
            throw new ArgumentException("A prompt needs at least one token.", nameof(prompt));
        session.Rewind(prompt.Length - 1);
        session.SetAdapter(adapter);
        return session.DecodeAsync(prompt.Span[^1], cancellationToken);
    }
}
