using System.ComponentModel.DataAnnotations;
using SafeSwitch.Backends;
using SafeSwitch.Settings;

namespace SafeSwitch.OnnxRuntime.Batching;

/// <summary>A model that can decode several sequences at once, one token each a run, if its graph allows it.</summary>
public interface IBatchingModel : ILanguageModel
{
    /// <summary>
    /// Whether the graph decodes several sequences of different lengths at once as it decodes each alone. It is tried on a few made-up
    /// tokens, since a graph does not say so.
    /// </summary>
    /// <param name="cancellationToken">Ends the trial.</param>
    /// <returns>Why not, in words; <see langword="null"/> if it does.</returns>
    ValueTask<string?> WhyNoBatchAsync(CancellationToken cancellationToken = default);

    /// <summary>Opens a batch without sequences.</summary>
    /// <param name="options">Its size.</param>
    /// <exception cref="SettingsException">A number of the options is out of its range.</exception>
    /// <exception cref="ArgumentException">A hidden state is asked for that the model does not export.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    IDecodingBatch OpenBatch(BatchOptions options);
}

/// <summary>The size of a batch.</summary>
public sealed record BatchOptions : ICheckedSettings
{
    /// <summary>Sequences at most, 1 or more.</summary>
    [Range(1, int.MaxValue)]
    public required int Slots { get; init; }

    /// <summary>Positions that each may grow to, 1 or more; fewer if <see cref="MaxCacheBytes"/> does not hold them.</summary>
    [Range(1, int.MaxValue)]
    public required int Capacity { get; init; }

    /// <summary>The hidden states that may be asked for, by the decoder's output names.</summary>
    public IReadOnlyList<string> HiddenStates { get; init; } = [];

    /// <summary>Bytes of keys and values of all sequences, at most, above 0; only what they really fill is ever touched.</summary>
    /// <value>The default is 2 GiB.</value>
    [Range(1, long.MaxValue)]
    public long MaxCacheBytes { get; init; } = 2L << 30;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, []);
}

/// <summary>
/// Several sequences that are decoded together: the weights, whose reading is most of a token's time, are read once for all of them. A
/// sequence is prefilled in a session of its own and copied in. Not thread-safe.
/// </summary>
public interface IDecodingBatch : IDisposable
{
    /// <summary>Sequences at most.</summary>
    int Slots { get; }

    /// <summary>Positions that a sequence may grow to.</summary>
    int Capacity { get; }

    /// <summary>Sequences now.</summary>
    int Rows { get; }

    /// <summary>Adds a sequence as the last row, at the length that a session has; the session may go on with another.</summary>
    /// <param name="session">A session of the same model.</param>
    /// <exception cref="ArgumentException">It is a session of another backend.</exception>
    /// <exception cref="InvalidOperationException">All slots are taken.</exception>
    void Add(DecodingSession session);

    /// <summary>Takes a row out; the last row takes its number.</summary>
    void Remove(int row);

    /// <summary>Runs the next token of every row.</summary>
    /// <param name="tokens">One a row.</param>
    /// <param name="cancellationToken">Ends the run; the rows are then as they were.</param>
    /// <exception cref="ArgumentException">There are other than one token a row, or no rows.</exception>
    /// <exception cref="InvalidOperationException">A row has all of its positions.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="SafeSwitchException">The runtime failed.</exception>
    void Run(ReadOnlySpan<int> tokens, CancellationToken cancellationToken = default);

    /// <summary>A row's logits after the last run: <c>[vocabulary]</c>, valid until they are asked for again.</summary>
    ReadOnlySpan<float> Logits(int row);

    /// <summary>A hidden state after the last run: its position i is that of row i.</summary>
    /// <param name="name">One that the batch was opened for.</param>
    /// <exception cref="ArgumentException">It is another one.</exception>
    HiddenStates GetHiddenStates(string name);
}
