using System.Diagnostics;
using System.Numerics.Tensors;
using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Guard;

namespace SafeSwitch.Evaluation;

/// <summary>Decodes a greedy answer from where a session stands.</summary>
internal sealed class GreedyAnswer(ILanguageModel model)
{
    private readonly ITokenTextStream text = model.Tokenizer.CreateTextStream();
    private readonly List<int> tokens = [];
    private readonly List<double> keptMs = [];

    /// <summary>Tokens of the last answer.</summary>
    public IReadOnlyList<int> Tokens => tokens;

    /// <summary>Milliseconds until each token whose states were kept had been run.</summary>
    public IReadOnlyList<double> KeptMs => keptMs;

    /// <param name="session">A session whose logits are those after the prompt.</param>
    /// <param name="limit">Most tokens.</param>
    /// <param name="kept">Where the states of the first tokens are kept.</param>
    /// <param name="keep">How many of them.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <param name="isEnough">Whether the text so far tells all that is asked of it; it then counts as cut.</param>
    public async ValueTask<EvaluatedAnswer> DecodeAsync(
        DecodingSession session,
        int limit,
        IReadOnlyList<KeptStates> kept,
        int keep,
        CancellationToken cancellationToken,
        Func<StringBuilder, bool>? isEnough = null)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = new StringBuilder();
        var finish = FinishReason.Length;
        text.Reset();
        tokens.Clear();
        keptMs.Clear();
        while (tokens.Count < limit)
        {
            var token = TensorPrimitives.IndexOfMax(session.Logits);
            if (model.Info.EndTokens.Contains(token))
            {
                finish = FinishReason.EndOfAnswer;
                break;
            }

            tokens.Add(token);
            answer.Append(text.Append(token));
            if ((tokens.Count == limit && tokens.Count > keep) || isEnough?.Invoke(answer) == true)
                break;
            await session.DecodeAsync(token, cancellationToken).ConfigureAwait(false);
            if (tokens.Count <= keep)
            {
                foreach (var states in kept)
                    states.Append(session.GetHiddenStates(states.Name));
                keptMs.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        answer.Append(text.Flush());
        return new EvaluatedAnswer
        {
            Text = answer.ToString(),
            Tokens = tokens.Count,
            FinishReason = finish,
            DecodeMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds,
        };
    }
}
