using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

/// <summary>
/// A decoder small enough to hold in the head: its logits are a hash of the whole sequence and the adapter, so that any token,
/// rewind or adapter that goes wrong changes everything after it. Keeps a balance of its open sessions.
/// </summary>
internal sealed class ToyModel : ILanguageModel
{
    public const int Width = 4;
    public const int Vocabulary = 97;
    public const int EndToken = 0;
    public const string PromptState = "hidden_states.1";
    public const string ResponseState = "hidden_states";

    private int openSessions;

    public LanguageModelInfo Info { get; init; } = new()
    {
        Name = "toy",
        Backend = "toy",
        VocabularySize = Vocabulary,
        HiddenSize = Width,
        ContextLength = 64,
        EndTokens = [EndToken],
        HiddenStates = [PromptState, ResponseState],
        Adapters = ["refusal"],
    };

    public IPromptTokenizer Tokenizer { get; init; } = new ToyTokenizer();

    public int OpenSessions => openSessions;

    /// <summary>Sessions opened so far.</summary>
    public int Opened { get; private set; }

    /// <summary>Called before each run with the number of runs so far in the session.</summary>
    public Action<int>? BeforeRun { get; set; }

    /// <summary>Called before each call of a session, with its name.</summary>
    public Action<string>? BeforeCall { get; set; }

    /// <summary>Odds, in 1/64, that the end token wins a step.</summary>
    public int EndOdds { get; set; } = 1;

    public ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BeforeCall?.Invoke("open");
        ObjectDisposedException.ThrowIf(Disposals > 0, this);
        return new(new DecodingSession(Info, options, Open));
    }

    /// <summary>How often it was disposed.</summary>
    public int Disposals { get; private set; }

    public ValueTask DisposeAsync()
    {
        Disposals++;
        return ValueTask.CompletedTask;
    }

    internal void Closed() => Interlocked.Decrement(ref openSessions);

    private ToyRunner Open(DecodingOptions options)
    {
        Interlocked.Increment(ref openSessions);
        Opened++;
        return new ToyRunner(this, options);
    }

    internal float[] Logits(ReadOnlySpan<int> sequence, string? adapter)
    {
        var state = adapter is null ? 0x9E3779B97F4A7C15UL : 0xC2B2AE3D27D4EB4FUL;
        foreach (var token in sequence)
            state = Mix(state ^ (ulong)token);
        var logits = new float[Vocabulary];
        for (var i = 0; i < logits.Length; i++)
            logits[i] = (Mix(state + (ulong)i * 31) % 10007) / 1000f;
        logits[EndToken] = Mix(state ^ 0x1234) % 64 < (ulong)EndOdds ? 100 : -100;
        return logits;
    }

    internal static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xFF51AFD7ED558CCDUL;
        value ^= value >> 33;
        value *= 0xC4CEB9FE1A85EC53UL;
        return value ^ (value >> 33);
    }
}
