using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntimeGenAI.Adapters;
using SafeSwitch.OnnxRuntimeGenAI.Diagnostics;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>A decoder loaded by ONNX Runtime GenAI. Its sessions keep the native model alive; they may outlive this object.</summary>
internal sealed class GenAIModel : ILanguageModel, IExitParticipant, IDisposable
{
    private readonly ModelHandle model;
    private readonly AdapterSet adapters;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<GenAISession, byte> sessions = [];
    private readonly bool appends;
    private int replayReported;

    public GenAIModel(ModelHandle model, AdapterSet adapters, LanguageModelInfo info, IPromptTokenizer tokenizer, bool appends, ILogger logger)
    {
        this.model = model;
        this.adapters = adapters;
        this.appends = appends;
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
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(model.IsClosed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Capacity, Info.ContextLength, nameof(options));
        if (options.HiddenStates.Except(Info.HiddenStates).ToArray() is { Length: > 0 } missing)
        {
            throw new ArgumentException(
                $"The model does not export {string.Join(", ", missing)}; it exports {string.Join(", ", Info.HiddenStates.DefaultIfEmpty("none"))}.",
                nameof(options));
        }

        var session = new GenAISession(this, options);
        sessions.TryAdd(session, 0);
        return ValueTask.FromResult<IDecodingSession>(session);
    }

    public Generator CreateGenerator(int capacity) => new(model, adapters, capacity, appends);

    public void Forget(GenAISession session) => sessions.TryRemove(session, out _);

    /// <summary>Says, once, that runs of this model go through new generators at a cost.</summary>
    public void ReportReplay(string operation)
    {
        if (Interlocked.Exchange(ref replayReported, 1) == 0)
            Log.Replays(logger, Info.Name, operation);
    }

    public void Dispose()
    {
        adapters.Dispose();
        model.Dispose();
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public async Task EndAsync()
    {
        foreach (var session in sessions.Keys)
            await session.DisposeAsync().ConfigureAwait(false);
        Dispose();
    }
}
