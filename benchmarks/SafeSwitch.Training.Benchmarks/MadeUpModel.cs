using System.Globalization;
using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>
/// A model without weights: its states are noise, with a weak direction that tells the classes apart. A prompt says in its text whether it
/// is positive; an assistant's message is the tokens that it names.
/// </summary>
/// <param name="width">Numbers a state.</param>
/// <param name="vocabulary">Tokens.</param>
/// <param name="positions">Content positions of every prompt; one more follows them.</param>
internal sealed class MadeUpModel(int width, int vocabulary, int positions) : ILanguageModel, IPromptTokenizer
{
    public const string Layer = "hidden_states";
    public const string Positive = "positive";
    private const int End = 0;
    private const int PositiveToken = 1;
    private const int NegativeToken = 2;
    private const int Signal = 64;

    private readonly Noise noise = new();

    public LanguageModelInfo Info { get; } = new()
    {
        Name = "made up", Backend = "none", VocabularySize = vocabulary, HiddenSize = width, ContextLength = 1 << 16,
        EndTokens = [End], HiddenStates = [Layer], Adapters = [],
    };

    public IPromptTokenizer Tokenizer => this;

    public EncodedPrompt Encode(IReadOnlyList<PromptMessage> messages)
    {
        var token = messages[0].Content.StartsWith(Positive, StringComparison.Ordinal) ? PositiveToken : NegativeToken;
        var prompt = Enumerable.Repeat(token, positions + 1);
        int[] answer = messages is [_, var said] ? [.. said.Content.Split(' ').Select(t => int.Parse(t, CultureInfo.InvariantCulture)), End] : [];
        return new EncodedPrompt(prompt.Concat(answer).ToArray(), Enumerable.Repeat(1f, positions).Concat(new float[1 + answer.Length]).ToArray());
    }

    public ITokenTextStream CreateTextStream() => throw new NotSupportedException("A made-up model gives no answers.");

    public ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default) =>
        new(new DecodingSession(Info, options, _ => new Runner(this)));

    public ValueTask DisposeAsync() => default;

    private sealed class Runner(MadeUpModel model) : ISequenceRunner
    {
        private Half[] states = [];

        public ReadOnlySpan<float> Logits => throw new NotSupportedException("A made-up model gives no answers.");

        public ValueTask RunAsync(ReadOnlyMemory<int> tokens, int past, CancellationToken cancellationToken)
        {
            var width = model.Info.HiddenSize;
            states = new Half[tokens.Length * width];
            for (var i = 0; i < tokens.Length; i++)
            {
                var state = states.AsSpan(i * width, width);
                model.noise.Copy(state);
                var shift = (Half)(tokens.Span[i] == NegativeToken ? -0.1f : 0.1f);
                foreach (ref var number in state[..Math.Min(Signal, width)])
                    number += shift;
            }

            return default;
        }

        public HiddenStates GetHiddenStates(string name) => new States(states, model.Info.HiddenSize);

        public void Rewind(int length)
        {
        }

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

    private sealed class States(Half[] numbers, int width) : HiddenStates
    {
        public override string Name => Layer;

        public override int Positions => numbers.Length / width;

        public override int Width => width;

        public override HiddenStateType Type => HiddenStateType.Float16;

        public override ReadOnlySpan<byte> Data => MemoryMarshal.AsBytes<Half>(numbers);
    }
}
