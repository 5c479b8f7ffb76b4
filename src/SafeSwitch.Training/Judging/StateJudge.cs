using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using SafeSwitch.Settings;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Judging;

/// <summary>
/// Labels whether collected answers complied: by the refusal matcher, and by a chat model where there is one. Both labels stay in
/// the row; training takes the chat model's, and the matcher's where that gave none.
/// </summary>
public static class StateJudge
{
    private const int LongestFailure = 300;

    /// <summary>Judges the answers of a folder of states; those that a judge has judged are not asked about again.</summary>
    /// <param name="folder">The folder that <see cref="StateCollector"/> wrote.</param>
    /// <param name="judge">A judge besides the matcher; <see langword="null"/> for none.</param>
    /// <param name="options">How it is asked; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="rules">What counts as a refusal; <see langword="null"/> for the matcher alone.</param>
    /// <param name="part">The part of the answers that this process judges, from 1, such as (2, 4); <see langword="null"/> for all. Of what was judged in parts, a run over all asks only what is left.</param>
    /// <param name="cancellationToken">Ends the run; what was judged stays.</param>
    /// <exception cref="SettingsException">The options can't be used, or <paramref name="part"/> is none.</exception>
    /// <exception cref="DataException">It isn't a folder of states, or another process collects into it or judges it.</exception>
    /// <exception cref="SafeSwitchException">The judge failed on too many rows one after another; what was judged stays.</exception>
    public static async Task<JudgingSummary> JudgeAsync(
        string folder,
        ChatJudge? judge = null,
        JudgingOptions? options = null,
        IProgress<BuildProgress>? progress = null,
        RefusalRules? rules = null,
        (int Part, int Of)? part = null,
        CancellationToken cancellationToken = default)
    {
        var shard = part ?? (1, 1);
        StateCollector.CheckShard(shard);
        rules ??= RefusalRules.Default;
        options ??= new JudgingOptions();
        DeclaredRanges.ThrowIfInvalid(options);
        JudgedShards.RequireStates(folder);
        using var alone = StatesLock.ForJudging(folder, shard);
        var shards = JudgedShards.Open(folder, shard);
        foreach (var (row, file, index) in shards.Rows.Where(r => r.Row.Answer is not null))
        {
            var complied = !rules.IsRefusal(row.Answer!);
            if (row.Complied != complied)
                shards.Change(file, index, r => r with { Complied = complied });
        }

        shards.Save();
        if (judge is null)
            return Summarize(0, 0, null);

        var left = shards.Rows.Where(r => r.Row.Answer is not null && !judge.HasJudged(r.Row)).ToList();
        var meter = new ProgressMeter(progress, "judge", "answers", left.Count);
        var failures = new Failures(options.FailuresInARow);
        var saved = Stopwatch.GetTimestamp();
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(left, parallel, async (place, token) =>
            {
                try
                {
                    var judgement = await judge.JudgeAsync(place.Row, options.ReplyTokens, token).ConfigureAwait(false);
                    shards.Change(place.Shard, place.Index, r => r with { Judgement = judgement });
                    failures.Success();
                }
#pragma warning disable CA1031 // Whatever a client throws: the row stays unjudged, the others go on.
                catch (Exception e) when (!token.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    failures.Add(e);
                }

                lock (meter)
                {
                    meter.Add(1);
                    if (Stopwatch.GetElapsedTime(saved) < options.SaveInterval)
                        return;
                    saved = Stopwatch.GetTimestamp();
                }

                shards.Save();
            }).ConfigureAwait(false);
        }
        finally
        {
            shards.Save();
        }

        return Summarize(left.Count, failures.Count, failures.Last);

        JudgingSummary Summarize(int asked, int failed, string? lastFailure) =>
            JudgingSummary.Of([.. shards.Rows.Select(r => r.Row)], judge, asked, failed, lastFailure);
    }

    /// <summary>Takes back what judges said of the answers of a folder of states; the refusal matcher's labels stay.</summary>
    /// <param name="folder">The folder that <see cref="StateCollector"/> wrote.</param>
    /// <exception cref="DataException">It isn't a folder of states, or another process collects into it or judges it.</exception>
    public static void Forget(string folder)
    {
        JudgedShards.RequireStates(folder);
        using var alone = StatesLock.ForJudging(folder);
        var shards = JudgedShards.Open(folder, (1, 1));
        foreach (var (_, shard, index) in shards.Rows.Where(r => r.Row.Judgement is not null))
            shards.Change(shard, index, r => r with { Judgement = null });
        shards.Save();
    }

    private sealed class Failures(int mostInARow)
    {
        private readonly Lock gate = new();
        private int inARow;

        public int Count { get; private set; }

        public string? Last { get; private set; }

        public void Success()
        {
            lock (gate)
                inARow = 0;
        }

        public void Add(Exception exception)
        {
            lock (gate)
            {
                Count++;
                var message = exception.Message.ReplaceLineEndings(" ");
                Last = exception is OperationCanceledException ? "no reply in time" : message[..Math.Min(message.Length, LongestFailure)];
                if (++inARow < mostInARow)
                    return;
            }

            throw new SafeSwitchException($"The judge failed on {mostInARow} answers in a row: {Last} What was judged is kept.", exception);
        }
    }
}

/// <summary>How a judge is asked.</summary>
public sealed record JudgingOptions : ICheckedSettings
{
    /// <summary>Rows asked about at the same time, at most.</summary>
    /// <value>The default is 4.</value>
    [Range(1, 256)]
    public int Concurrency { get; init; } = 4;

    /// <summary>Rows that fail one after another before the run ends: the judge is then away, and every further row would cost.</summary>
    /// <value>The default is 8.</value>
    [Range(1, int.MaxValue)]
    public int FailuresInARow { get; init; } = 8;

    /// <summary>Most tokens of a reply; a model that reasons first needs more than a word.</summary>
    /// <value>The default is 512.</value>
    [Range(1, 1 << 20)]
    public int ReplyTokens { get; init; } = 512;

    /// <summary>Time between two savings of what was judged.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between() => SaveInterval >= TimeSpan.Zero
        ? []
        : [new SettingProblem("save_interval", $"{SaveInterval}", "a time of at least 0")];
}
