using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntimeGenAI.Diagnostics;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>A decoder loaded by ONNX Runtime GenAI. Sessions complete their verbs synchronously, on the caller's thread.</summary>
internal sealed class GenAIModel : ILanguageModel, IExitParticipant, IDisposable
{
    private readonly NativeModel native;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<GenAISession, byte> sessions = [];
    private int replayReported;

    public GenAIModel(NativeModel native, LanguageModelInfo info, IPromptTokenizer tokenizer, ILogger logger)
    {
        this.native = native;
        this.logger = logger;
        Info = info;
        Tokenizer = tokenizer;
        ProcessExit.Track(this);
    }

    public LanguageModelInfo Info { get; }

    public IPromptTokenizer Tokenizer { get; }

    public ValueTask<IDecodingSession> OpenSessionAsync(SessionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Capacity, Info.ContextLength);
        cancellationToken.ThrowIfCancellationRequested();
        if (options.HiddenStates.Except(Info.HiddenStates).ToArray() is { Length: > 0 } missing)
        {
            throw new ArgumentException(
                $"Hidden state: found '{string.Join(", ", missing)}', expected some that the model exports: {string.Join(", ", Info.HiddenStates)}.",
                nameof(options));
        }

        return ValueTask.FromResult<IDecodingSession>(Open(options));
    }

    public Generator CreateGenerator(int capacity) => native.CreateGenerator(capacity);

    /// <summary>A session is gone.</summary>
    public void Forget(GenAISession session)
    {
        sessions.TryRemove(session, out _);
        native.Release();
    }

    /// <summary>Says, once, that runs of this model go through new generators at a cost.</summary>
    public void ReportReplay(string operation)
    {
        if (Interlocked.Exchange(ref replayReported, 1) == 0)
            Log.Replays(logger, Info.Name, operation);
    }

    /// <summary>Admits no further sessions. Those that are open stay usable; the model is unloaded with the last of them.</summary>
    public void Dispose() => native.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public async Task EndAsync()
    {
        Dispose();
        foreach (var session in sessions.Keys)
            await session.DisposeAsync().ConfigureAwait(false);
        await native.WhenReleased.ConfigureAwait(false);
    }

    private GenAISession Open(SessionOptions options)
    {
        native.Acquire();
        GenAISession session;
        try
        {
            session = new GenAISession(this, options);
        }
        catch
        {
            native.Release();
            throw;
        }

        // Closed meanwhile, perhaps as the process ends: whoever closed it has not seen this session.
        sessions.TryAdd(session, 0);
        if (!native.IsClosed)
            return session;
        _ = session.DisposeAsync().AsTask();
        throw new ObjectDisposedException(nameof(GenAIModel));
    }
}
