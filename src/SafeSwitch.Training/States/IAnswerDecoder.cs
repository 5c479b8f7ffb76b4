namespace SafeSwitch.Training.States;

/// <summary>Lets the model answer rows whose prompts were run, one by one or several at once.</summary>
internal interface IAnswerDecoder : IDisposable
{
    /// <summary>Answer tokens decoded so far.</summary>
    long Tokens { get; }

    /// <summary>Takes a row whose prompt the session has just run; the session is rewound by the caller.</summary>
    /// <returns>Rows whose answers are finished: this one, none, or those that waited with it.</returns>
    ValueTask<IReadOnlyList<PendingRow>> AnswerAsync(PendingRow row, CancellationToken cancellationToken);

    /// <summary>Finishes the rows that wait.</summary>
    ValueTask<IReadOnlyList<PendingRow>> FinishAsync(CancellationToken cancellationToken);
}
