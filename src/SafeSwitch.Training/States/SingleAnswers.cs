using SafeSwitch.Backends;

namespace SafeSwitch.Training.States;

/// <summary>Decodes each answer in the session that ran its prompt, right after it.</summary>
internal sealed class SingleAnswers(DecodingSession session, Func<PendingRow, AnswerDraft> begin) : IAnswerDecoder
{
    public long Tokens { get; private set; }

    public async ValueTask<IReadOnlyList<PendingRow>> AnswerAsync(PendingRow row, CancellationToken cancellationToken)
    {
        var draft = begin(row);
        while (draft.Next(session.Logits) is { } token)
        {
            await session.DecodeAsync(token, cancellationToken).ConfigureAwait(false);
            draft.Ran(session.GetHiddenStates, 0);
        }

        Tokens += draft.Tokens;
        return [draft.Finish()];
    }

    public ValueTask<IReadOnlyList<PendingRow>> FinishAsync(CancellationToken cancellationToken) => new([]);

    public void Dispose()
    {
    }
}
