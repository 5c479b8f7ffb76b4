using SafeSwitch.Backends;

namespace SafeSwitch.CustomBackend;

/// <summary>A network that has learned a file of requests and answers. An adapter is another head, learned from another file.</summary>
public sealed class RecurrentModel : ILanguageModel
{
    private readonly WordTokenizer tokenizer;
    private bool isDisposed;

    /// <param name="file">Lines of <c>request | answer</c>.</param>
    /// <param name="adapters">Files of the same form, by the name of the adapter that learns them.</param>
    public RecurrentModel(string file, IReadOnlyDictionary<string, string> adapters)
    {
        tokenizer = new WordTokenizer(adapters.Values.Prepend(file).SelectMany(File.ReadLines));
        Network = new EchoNetwork(tokenizer.Count);
        Head = Learn(file);
        AdapterHeads = adapters.ToDictionary(a => a.Key, a => Learn(a.Value));
        Info = new LanguageModelInfo
        {
            Name = Path.GetFileNameWithoutExtension(file),
            Backend = RecurrentBackend.BackendName,
            VocabularySize = tokenizer.Count,
            HiddenSize = EchoNetwork.Width,
            ContextLength = 128,
            EndTokens = [WordTokenizer.End],
            HiddenStates = ["hidden_states", "hidden_states.0"],
            Adapters = [.. adapters.Keys],
        };
    }

    public LanguageModelInfo Info { get; }

    public IPromptTokenizer Tokenizer => tokenizer;

    internal EchoNetwork Network { get; }

    internal float[] Head { get; }

    internal IReadOnlyDictionary<string, float[]> AdapterHeads { get; }

    public ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(isDisposed, this);
        return new(new DecodingSession(Info, options, checkedOptions => new RecurrentRunner(this, checkedOptions.Capacity)));
    }

    public ValueTask DisposeAsync()
    {
        isDisposed = true;
        return ValueTask.CompletedTask;
    }

    private float[] Learn(string file) => Network.LearnHead(
        [.. File.ReadLines(file).Select(line => line.Split('|')).Select(part => (tokenizer.Encode([PromptMessage.User(part[0])]).Tokens.ToArray(), tokenizer.Answer(part[1])))]);
}
