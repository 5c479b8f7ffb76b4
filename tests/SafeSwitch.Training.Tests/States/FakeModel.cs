using SafeSwitch.Backends;

namespace SafeSwitch.Training.Tests.States;

/// <summary>
/// A language model without weights: characters are tokens, and a state is a number pattern that the whole prefix decides,
/// so that a cache used wrongly shows. Counts what it runs.
/// </summary>
internal sealed class FakeModel : ILanguageModel, IPromptTokenizer
{
    public const int End = 0;
    public const int Width = 8;

    private const string System = "\u0001system: be kind\u0002";

    public LanguageModelInfo Info { get; init; } = new()
    {
        Name = "fake",
        Backend = "fake",
        VocabularySize = 128,
        HiddenSize = Width,
        ContextLength = 512,
        EndTokens = [End],
        HiddenStates = ["hidden_states.1", "hidden_states"],
        Adapters = [],
    };

    public IPromptTokenizer Tokenizer => this;

    /// <summary>Tokens of prompts: those of runs of several tokens.</summary>
    public int TokensRun { get; private set; }

    /// <summary>Runs after which the next one fails; negative for never.</summary>
    public int FailAfterRuns { get; set; } = -1;

    /// <summary>Called after every run of the model.</summary>
    public Action? OnPrefill { get; set; }

    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages)
    {
        if (messages.Any(m => m.Role == "unknown"))
            throw new SafeSwitchException("the template knows no role 'unknown'");
        var tokens = new List<int>();
        var mask = new List<float>();
        Add(System, 0);
        foreach (var message in messages)
        {
            Add($"\u0001{message.Role[0]}:", 0);
            Add(message.Content, message.Role == PromptMessage.UserRole ? 1 : 0);
            tokens.Add(End);
            mask.Add(0);
        }

        Add("\u0001a:", 0);
        return new EncodedPrompt(tokens.ToArray(), mask.ToArray());

        void Add(string text, float content)
        {
            tokens.AddRange(text.Select(c => (int)c));
            mask.AddRange(Enumerable.Repeat(content, text.Length));
        }
    }

    public ITokenTextStream CreateTextStream() => new Stream();

    public ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default) =>
        new(new DecodingSession(Info, options, o => new Runner(this, o)));

    public ValueTask DisposeAsync() => default;

    private sealed class Stream : ITokenTextStream
    {
        public string Append(int token) => ((char)token).ToString();

        public string Flush() => "";

        public void Reset()
        {
        }
    }

    private sealed class Runner(FakeModel model, DecodingOptions options) : ISequenceRunner
    {
        private readonly List<uint> prefixes = [];
        private readonly float[] logits = new float[128];
        private int runFrom;

        public ReadOnlySpan<float> Logits => logits;

        public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (model.FailAfterRuns == 0)
                throw new IOException("killed");
            model.FailAfterRuns--;
            Assert.Equal(past, prefixes.Count);
            runFrom = past;
            foreach (var token in tokens.Span)
                prefixes.Add(((prefixes.Count == 0 ? 17 : prefixes[^1]) * 31 + (uint)token + 1) % 1_000_003);
            if (tokens.Length > 1)
                model.TokensRun += tokens.Length;
            var random = new Random((int)prefixes[^1]);
            for (var i = 0; i < logits.Length; i++)
                logits[i] = i is End or >= 'a' and <= 'z' ? random.NextSingle() : -1;
            model.OnPrefill?.Invoke();
            return default;
        }

        public HiddenStates GetHiddenStates(string name)
        {
            Assert.Contains(name, options.HiddenStates);
            return new States(name, prefixes[runFrom..]);
        }

        public void Rewind(int length) => prefixes.RemoveRange(length, prefixes.Count - length);

        public void SetAdapter(string? name)
        {
        }

        public void Terminate()
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class States(string name, List<uint> prefixes) : HiddenStates
    {
        private readonly byte[] data = [.. prefixes.SelectMany(p => Enumerable.Range(0, FakeModel.Width)
            .SelectMany(i => BitConverter.GetBytes((float)(p % 997 + i + name.Length) / 64)))];

        public override string Name => name;

        public override int Positions => prefixes.Count;

        public override int Width => FakeModel.Width;

        public override HiddenStateType Type => HiddenStateType.Float32;

        public override ReadOnlySpan<byte> Data => data;
    }
}
