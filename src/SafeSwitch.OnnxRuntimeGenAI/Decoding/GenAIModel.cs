using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>A decoder loaded by ONNX Runtime GenAI. Sessions complete their verbs synchronously, on the caller's thread.</summary>
internal sealed class GenAIModel : ILanguageModel, IExitParticipant, IDisposable
{
    private readonly NativeModel native;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<GenAIRunner, DecodingSession> sessions = [];
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

    public ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        GenAIRunner? runner = null;
        var session = new DecodingSession(Info, options, o => runner = Open(o));

        // Closed meanwhile, perhaps as the process ends: whoever closed it has not seen this session.
        sessions.TryAdd(runner!, session);
        if (!native.IsClosed)
        {
            return ValueTask.FromResult(session);
        }

        _ = session.DisposeAsync().AsTask();
        throw new ObjectDisposedException(nameof(GenAIModel));
    }

    public Generator CreateGenerator(int capacity) => native.CreateGenerator(capacity);

    /// <summary>A sequence is gone.</summary>
    public void Forget(GenAIRunner runner)
    {
        sessions.TryRemove(runner, out _);
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
        foreach (var session in sessions.Values)
            await session.DisposeAsync().ConfigureAwait(false);
        await native.Freed.ConfigureAwait(false);
    }

    private GenAIRunner Open(DecodingOptions options)
    {
        native.Acquire();
        try
        {
            return new GenAIRunner(this, options);
        }
        catch
        {
            native.Release();
            throw;
        }
    }
}
