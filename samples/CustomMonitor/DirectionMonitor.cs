using System.Numerics.Tensors;
using SafeSwitch.Backends;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.CustomMonitor;

/// <summary>
/// A monitor that needs no trained probe: the mean state of a request's content, held against the mean states of a few harmful and
/// a few harmless examples.
/// </summary>
/// <param name="state">Name of the hidden state that it reads.</param>
/// <param name="harmful">The mean of the harmful examples.</param>
/// <param name="harmless">The mean of the harmless ones.</param>
public sealed class DirectionMonitor(string state, float[] harmful, float[] harmless) : ISafetyMonitor
{
    /// <summary>Learns from examples, each of them one run of the model.</summary>
    public static async Task<DirectionMonitor> LearnAsync(ILanguageModel model, string state, IEnumerable<string> harmful, IEnumerable<string> harmless) =>
        new(state, await MeanAsync(model, state, harmful), await MeanAsync(model, state, harmless));

    /// <summary>It reads the prompt; a watched answer is none of its business.</summary>
    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => stage == MonitorStage.Prompt ? [state] : [];

    public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        if (context.Stage == MonitorStage.Response)
            return new(new SafetyVerdict { Stage = context.Stage, Action = VerdictAction.Continue, Reason = "answers are not looked at" });

        var score = Score(Mean(context.GetHiddenStates(state), context.ContentMask.Span));
        return new(new SafetyVerdict
        {
            Stage = context.Stage,
            Action = score < context.Policy.PromptThreshold ? VerdictAction.Continue : VerdictAction.Intervene,
            PromptScore = score,
            PromptThreshold = context.Policy.PromptThreshold,
            Reason = $"{score:0.00} of the way from harmless to harmful examples",
        });
    }

    // 0 at the harmless mean and 1 at the harmful one, bent to stay between.
    private float Score(float[] mean)
    {
        var direction = new float[mean.Length];
        TensorPrimitives.Subtract<float>(harmful, harmless, direction);
        TensorPrimitives.Subtract(mean, harmless, mean);
        var way = TensorPrimitives.Dot<float>(mean, direction) / TensorPrimitives.Dot<float>(direction, direction);
        return 1 / (1 + MathF.Exp(-8 * (way - 0.5f)));
    }

    private static async Task<float[]> MeanAsync(ILanguageModel model, string state, IEnumerable<string> texts)
    {
        var sum = new float[model.Info.HiddenSize];
        foreach (var text in texts)
        {
            var prompt = model.Tokenizer.Encode([PromptMessage.User(text)]);
            await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = prompt.Tokens.Length, HiddenStates = [state] });
            await session.PrefillAsync(prompt.Tokens);
            TensorPrimitives.Add(sum, Mean(session.GetHiddenStates(state), prompt.ContentMask.Span), sum);
        }

        TensorPrimitives.Divide(sum, texts.Count(), sum);
        return sum;
    }

    private static float[] Mean(HiddenStates states, ReadOnlySpan<float> mask)
    {
        var (sum, row) = (new float[states.Width], new float[states.Width]);
        for (var i = 0; i < states.Positions; i++)
        {
            states.CopyRow(i, row);
            TensorPrimitives.MultiplyAdd(row, mask[i], sum, sum);
        }

        TensorPrimitives.Divide(sum, TensorPrimitives.Sum(mask), sum);
        return sum;
    }
}
