using System.Numerics.Tensors;

namespace SafeSwitch.CustomBackend;

/// <summary>
/// A recurrent network: the state after a token is <c>tanh(W · state before + embedding of the token)</c>. W and the embeddings are random and
/// stay so (an echo state network); heads, which turn a state into scores of the next token, are learned.
/// </summary>
internal sealed class EchoNetwork
{
    public const int Width = 128;

    private readonly int vocabulary;
    private readonly float[] embeddings;
    private readonly float[] recurrence;

    public EchoNetwork(int vocabulary)
    {
        this.vocabulary = vocabulary;
        var random = new Random(1);
        embeddings = Numbers(vocabulary * Width, 0.6f);
        recurrence = Numbers(Width * Width, 1.5f / MathF.Sqrt(Width));

        float[] Numbers(int count, float spread) => [.. Enumerable.Range(0, count).Select(_ => ((random.NextSingle() * 2) - 1) * spread)];
    }

    public ReadOnlySpan<float> Embed(int token) => embeddings.AsSpan(token * Width, Width);

    public void Step(int token, ReadOnlySpan<float> before, Span<float> after)
    {
        Multiply(recurrence, before, after);
        TensorPrimitives.Add(after, Embed(token), after);
        TensorPrimitives.Tanh(after, after);
    }

    public static void Multiply(float[] matrix, ReadOnlySpan<float> vector, Span<float> product)
    {
        for (var i = 0; i < product.Length; i++)
        {
            product[i] = TensorPrimitives.Dot(matrix.AsSpan(i * vector.Length, vector.Length), vector);
        }
    }

    /// <summary>Descends on the cross-entropy of every answer's tokens.</summary>
    public float[] LearnHead(IReadOnlyList<(int[] Prompt, int[] Answer)> lines)
    {
        var (head, odds) = (new float[vocabulary * Width], new float[vocabulary]);
        foreach (var (prompt, answer) in Enumerable.Repeat(lines, 300).SelectMany(l => l))
        {
            var (state, next) = (new float[Width], new float[Width]);
            int[] tokens = [.. prompt, .. answer];
            for (var i = 0; i < tokens.Length - 1; i++)
            {
                Step(tokens[i], state, next);
                (state, next) = (next, state);
                if (i < prompt.Length - 1)
                {
                    continue;
                }

                Multiply(head, state, odds);
                TensorPrimitives.SoftMax<float>(odds, odds);
                odds[tokens[i + 1]] -= 1;
                for (var token = 0; token < vocabulary; token++)
                {
                    var row = head.AsSpan(token * Width, Width);
                    TensorPrimitives.MultiplyAdd(state, -0.05f * odds[token], row, row);
                }
            }
        }

        return head;
    }
}
