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

    public int TokensRun { get; private set; }

    /// <summary>Prefills after which the next one fails; negative for never.</summary>
    public int FailAfterPrefills { get; set; } = -1;

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

    public ValueTask<IDecodingSession> OpenSessionAsync(SessionOptions options, CancellationToken cancellationToken = default) =>
        new(new Session(this, options));

    public ValueTask DisposeAsync() => default;

    private sealed class Stream : ITokenTextStream
    {
        public string Append(int token) => ((char)token).ToString();

        public string Flush() => "";

        public void Reset()
        {
        }
    }

    private sealed class Session(FakeModel model, SessionOptions options) : IDecodingSession
    {
        private readonly List<uint> prefixes = [];
        private readonly float[] logits = new float[128];
        private int runFrom;

        public int Length => prefixes.Count;

        public ReadOnlySpan<float> Logits => logits;

        public ValueTask PrefillAsync(ReadOnlyMemory<int> tokens, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (model.FailAfterPrefills == 0)
                throw new IOException("killed");
            model.FailAfterPrefills--;
            Assert.False(tokens.IsEmpty);
            Assert.True(Length + tokens.Length <= options.Capacity);
            runFrom = Length;
            foreach (var token in tokens.Span)
                prefixes.Add(((Length == 0 ? 17 : prefixes[^1]) * 31 + (uint)token + 1) % 1_000_003);
            model.TokensRun += tokens.Length;
            var random = new Random((int)prefixes[^1]);
            for (var i = 0; i < logits.Length; i++)
                logits[i] = i is End or >= 'a' and <= 'z' ? random.NextSingle() : -1;
            model.OnPrefill?.Invoke();
            return default;
        }

        public ValueTask DecodeAsync(int token, CancellationToken cancellationToken = default)
        {
            model.TokensRun--;
            model.FailAfterPrefills++;
            return PrefillAsync(new[] { token }, cancellationToken);
        }

        public HiddenStates GetHiddenStates(string name)
        {
            Assert.Contains(name, options.HiddenStates);
            return new States(name, prefixes[runFrom..]);
        }

        public void Rewind(int length)
        {
            Assert.InRange(length, 0, Length);
            prefixes.RemoveRange(length, Length - length);
        }

        public void SetAdapter(string? name)
        {
        }

        public ValueTask DisposeAsync() => default;
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
