using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Batching;

namespace SafeSwitch.Training.States;

/// <summary>
/// Decodes the answers of several rows at once. A row whose prompt was run takes a free slot and waits; when none is free, all
/// rows are decoded on until one ends, so that the batch is full from the first steps to the last.
/// </summary>
internal sealed class BatchedAnswers : IAnswerDecoder
{
    private readonly DecodingSession session;
    private readonly Func<PendingRow, AnswerDraft> begin;
    private readonly SingleAnswers single;
    private readonly IDecodingBatch batch;
    private readonly int answerTokens;
    private readonly List<AnswerDraft> drafts = [];
    private readonly List<int> tokens = [];
    private long decoded;

    public BatchedAnswers(
        IBatchingModel model, DecodingSession session, CollectionSetup setup, int capacity, Func<PendingRow, AnswerDraft> begin)
    {
        this.session = session;
        this.begin = begin;
        single = new SingleAnswers(session, begin);
        answerTokens = setup.Options.AnswerTokens;
        batch = model.OpenBatch(new BatchOptions { Slots = setup.Options.AnswersAtOnce, Capacity = capacity, HiddenStates = setup.Layers });
    }

    public long Tokens => decoded + single.Tokens;

    public async ValueTask<IReadOnlyList<PendingRow>> AnswerAsync(PendingRow row, CancellationToken cancellationToken)
    {
        // Too long for a slot: not worth slots of that length.
        if (row.Row.Length + answerTokens > batch.Capacity)
            return await single.AnswerAsync(row, cancellationToken).ConfigureAwait(false);

        var draft = begin(row);
        if (draft.Next(session.Logits) is not { } first)
            return [Finish(draft)];
        batch.Add(session);
        drafts.Add(draft);
        tokens.Add(first);
        var finished = new List<PendingRow>();
        while (drafts.Count == batch.Slots)
            Step(finished, cancellationToken);
        return finished;
    }

    public ValueTask<IReadOnlyList<PendingRow>> FinishAsync(CancellationToken cancellationToken)
    {
        var finished = new List<PendingRow>();
        while (drafts.Count > 0)
            Step(finished, cancellationToken);
        return new(finished);
    }

    public void Dispose() => batch.Dispose();

    private void Step(List<PendingRow> finished, CancellationToken cancellationToken)
    {
        batch.Run(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tokens), cancellationToken);
        // From the last on: the row that takes the place of one that ends has had its turn.
        for (var i = drafts.Count - 1; i >= 0; i--)
        {
            drafts[i].Ran(batch.GetHiddenStates, i);
            if (drafts[i].Next(batch.Logits(i)) is { } next)
            {
                tokens[i] = next;
                continue;
            }

            finished.Add(Finish(drafts[i]));
            batch.Remove(i);
            (drafts[i], tokens[i]) = (drafts[^1], tokens[^1]);
            drafts.RemoveAt(drafts.Count - 1);
            tokens.RemoveAt(tokens.Count - 1);
        }
    }

    private PendingRow Finish(AnswerDraft draft)
    {
        decoded += draft.Tokens;
        return draft.Finish();
    }
}
