namespace SafeSwitch.Evaluation.Utility;

/// <summary>
/// Whether an answer is right. Where the right answer is a number, as in GSM8K, the answer's final number must equal it
/// (see <see cref="FinalNumber"/>); elsewhere, as in TriviaQA, the answer must contain it as whole words after SQuAD's
/// normalisation (see <see cref="PlainWords"/>).
/// </summary>
public static class AnswerMatch
{
    /// <summary>Whether the answer is right.</summary>
    /// <param name="answer">What the model said.</param>
    /// <param name="right">The right answer: a number, a text, or a worked solution that ends in <c>#### number</c>.</param>
    public static bool IsCorrect(string answer, string right)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(right);
        return FinalNumber.OfSolution(right) is { } number
            ? FinalNumber.Of(answer) == number
            : PlainWords.Of(right) is { Length: > 0 } words
                ? $" {PlainWords.Of(answer)} ".Contains($" {words} ", StringComparison.Ordinal)
                : answer.Contains(right.Trim(), StringComparison.OrdinalIgnoreCase);
    }
}
