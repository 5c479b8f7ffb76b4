using System.Numerics.Tensors;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Tests.Support;

/// <summary>What tests do with sessions again and again.</summary>
internal static class DecodingExtensions
{
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static ValueTask<DecodingSession> OpenAsync(this ILanguageModel model, int capacity, params string[] hiddenStates) =>
        model.OpenSessionAsync(new DecodingOptions { Capacity = capacity, HiddenStates = hiddenStates }, Token);

    /// <summary>The most likely tokens after what the session has run, one after another.</summary>
    public static async Task<int[]> GreedyAsync(this DecodingSession session, int count)
    {
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            tokens[i] = TensorPrimitives.IndexOfMax(session.Logits);
            if (i < count - 1)
                await session.DecodeAsync(tokens[i], Token);
        }

        return tokens;
    }

    public static async Task<int[]> GreedyAsync(this ILanguageModel model, int[] prompt, int count, string? adapter = null)
    {
        await using var session = await model.OpenAsync(prompt.Length + count);
        session.SetAdapter(adapter);
        await session.PrefillAsync(prompt, Token);
        return await session.GreedyAsync(count);
    }

    public static float[] Rows(this HiddenStates states)
    {
        var rows = new float[states.Positions * states.Width];
        for (var i = 0; i < states.Positions; i++)
            states.CopyRow(i, rows.AsSpan(i * states.Width));
        return rows;
    }
}
