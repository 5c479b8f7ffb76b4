using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>Renders rows with the model's own template, each in every form that a method reads.</summary>
internal sealed class EvaluationRowEncoder(ILanguageModel model, EvaluationOptions options)
{
    private readonly SafetyPrompt? safetyPrompt = options.SafetyPrompt is { } text ? new SafetyPrompt(model.Tokenizer, text) : null;

    /// <param name="rows">Rows with their place among all.</param>
    /// <param name="seenSources">Sources that had rows to train on.</param>
    /// <param name="onProblem">Told of every row that the model can't take; it is left out.</param>
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
                encoded.Add(new EvaluationRow(
                    row,
                    Encode(row, row.Messages),
                    seenSources.Contains(row.Source),
                    isChecked,
                    safetyPrompt is null ? null : Encode(row, safetyPrompt.Before(row.Messages))));
            }
            catch (SafeSwitchException e)
            {
                onProblem?.Invoke(new DataProblem(row.Key, 0, "messages", e.Message, "a conversation that the model can take"));
            }
        }

        return encoded;
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
