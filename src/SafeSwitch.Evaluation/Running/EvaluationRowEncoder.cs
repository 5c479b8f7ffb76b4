using SafeSwitch.Backends;
using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Running;

/// <summary>A conversation and how the model reads it.</summary>
internal sealed record EncodedConversation(IReadOnlyList<PromptMessage> Messages, EncodedPrompt Prompt);

/// <summary>A row about to be evaluated.</summary>
/// <param name="Data">The row.</param>
/// <param name="Messages">Its messages as the policies have them read.</param>
/// <param name="Prompt">Those as the model reads them.</param>
/// <param name="SourceSeen">Whether other rows of its source were there to train on.</param>
/// <param name="IsChecked">Whether the guarded loop runs it once more with nothing replayed.</param>
/// <param name="SafetyPrompt">The row after the safety prompt, if one is compared.</param>
internal sealed record EvaluationRow(
    DataRow Data, IReadOnlyList<PromptMessage> Messages, EncodedPrompt Prompt, bool SourceSeen, bool IsChecked, EncodedConversation? SafetyPrompt = null);

/// <summary>Renders rows with the model's own template, each in every form that a method reads.</summary>
internal sealed class EvaluationRowEncoder(ILanguageModel model, EvaluationOptions options)
{
    private readonly SafetyPrompt? safetyPrompt = options.SafetyPrompt is { } text ? new SafetyPrompt(model.Tokenizer, text) : null;

    /// <param name="rows">Rows with their place among all.</param>
    /// <param name="seenSources">Sources that had rows to train on.</param>
    /// <param name="onProblem">Receives every row that the model can't take; it is left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public List<EvaluationRow> Encode(
        IEnumerable<(int Index, DataRow Item)> rows, IReadOnlySet<string> seenSources, Action<DataProblem>? onProblem, CancellationToken cancellationToken)
    {
        var encoded = new List<EvaluationRow>();
        foreach (var (index, row) in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var isChecked = options.CheckEvery > 0 && index % options.CheckEvery == 0;
                IReadOnlyList<PromptMessage> messages = options.PromptText == PromptText.AsRead ? [.. row.Messages.Select(ReadableText.Of)] : row.Messages;
                encoded.Add(new EvaluationRow(
                    row,
                    messages,
                    Encode(row, messages),
                    seenSources.Contains(row.Source),
                    isChecked,
                    safetyPrompt is null ? null : EncodeAfter(row, messages, safetyPrompt)));
            }
            catch (SafeSwitchException e)
            {
                onProblem?.Invoke(new DataProblem(row.Key, 0, "messages", e.Message, "a conversation that the model can take"));
            }
        }

        return encoded;
    }

    private EncodedConversation EncodeAfter(DataRow row, IReadOnlyList<PromptMessage> messages, SafetyPrompt prompt)
    {
        var told = prompt.Before(messages);
        return new EncodedConversation(told, Encode(row, told));
    }

    private EncodedPrompt Encode(DataRow row, IReadOnlyList<PromptMessage> messages)
    {
        var prompt = model.Tokenizer.Encode(messages);
        var needed = prompt.Tokens.Length + options.AnswerLimit(row);
        return needed <= model.Info.ContextLength
            ? prompt
            : throw new SafeSwitchException($"{needed} tokens, answer included, where the model's context holds {model.Info.ContextLength}");
    }
}
