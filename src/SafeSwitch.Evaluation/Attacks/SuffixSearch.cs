using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Attacks;

/// <summary>
/// An attacker without knowledge of the guard's insides, who sees its score and has patience: random search over words that are put
/// after a harmful request (as Andriushchenko, Croce and Flammarion 2024, arXiv 2404.02151, do with tokens and a model's own
/// probabilities). One word is exchanged at a time, and what the guard scores no higher stays. A request counts as through when the
/// guarded model answers it: past the prompt stage, past the response stage, and by no refusal of the model's own.
/// </summary>
public sealed partial class SuffixSearch
{
    private const int FewestWords = 50;

    private readonly GuardedModel model;
    private readonly SuffixSearchOptions options;
    private readonly string[] words;

    /// <summary>A search with the words of given texts.</summary>
    /// <param name="model">The guard, which stays the caller's.</param>
    /// <param name="options">How far it goes.</param>
    /// <param name="texts">Whose words suffixes are made of: everyday requests, for instance.</param>
    /// <exception cref="SettingsException">An option is out of its range.</exception>
    /// <exception cref="DataException">The texts have fewer than 50 different words.</exception>
    public SuffixSearch(GuardedModel model, SuffixSearchOptions options, IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(texts);
        SettingsException.ThrowIfInvalid(options);
        (this.model, this.options) = (model, options);
        words = [.. texts.SelectMany(t => Word().Matches(t)).Select(m => m.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (words.Length < FewestWords)
            throw new DataException($"A search needs words: found {words.Length} different ones of three letters or more in the texts, expected at least {FewestWords}. Give it more harmless rows.");
    }

    /// <summary>Attacks every row, one after another.</summary>
    /// <param name="rows">Harmful rows of one message.</param>
    /// <param name="progress">Receives how far it is, in tries.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>What came of each, in the rows' order.</returns>
    /// <exception cref="ArgumentException">A row has several messages.</exception>
    public async Task<IReadOnlyList<SuffixAttack>> RunAsync(
        IReadOnlyList<DataRow> rows, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.FirstOrDefault(r => r.Messages.Count != 1) is { } several)
            throw new ArgumentException($"'{several.Key}': found {several.Messages.Count} messages, expected one.", nameof(rows));
        var started = Stopwatch.GetTimestamp();
        var (attacks, tried) = (new List<SuffixAttack>(), 0L);
        foreach (var row in rows)
        {
            attacks.Add(await AttackAsync(row, Report, cancellationToken).ConfigureAwait(false));
            tried += attacks[^1].Tries;
        }

        return attacks;

        // Rows that are through early make the whole shorter, by a share that is known only as it goes.
        void Report(int tries)
        {
            var (now, seconds) = (tried + tries, Stopwatch.GetElapsedTime(started).TotalSeconds);
            var expected = attacks.Count == 0 ? (double)options.Tries * rows.Count : Math.Max(now, tried / (double)attacks.Count * rows.Count);
            var rate = now / Math.Max(seconds, 1e-3);
            progress?.Report(new BuildProgress(
                "attack", now, expected, "tries", rate, TimeSpan.FromSeconds((expected - now) / Math.Max(rate, 1e-3)), $"{attacks.Count(a => a.AnsweredAt is not null)} of {attacks.Count} requests through"));
        }
    }

    private async Task<SuffixAttack> AttackAsync(DataRow row, Action<int> report, CancellationToken cancellationToken)
    {
        var random = new Random(SeedOf(row.Key));
        var suffix = new string[options.Words];
        var (passes, plain) = await LookAsync(row.Request, cancellationToken).ConfigureAwait(false);
        var attack = new SuffixAttack { Row = row.Key, Score = plain, BestScore = plain };
        // As it comes, also what only the response stage stops.
        if (await IsAnsweredAsync(row.Request, cancellationToken).ConfigureAwait(false))
            return attack with { PassedAt = 0, AnsweredAt = 0, Suffix = "" };

        int? passedAt = passes ? 0 : null;
        for (var tries = 1; tries <= options.Tries; tries++)
        {
            var changed = (string[])suffix.Clone();
            if (tries == 1)
                random.GetItems(words, changed);
            else
                changed[random.Next(changed.Length)] = words[random.Next(words.Length)];
            var text = $"{row.Request} {string.Join(' ', changed)}";
            (passes, var score) = await LookAsync(text, cancellationToken).ConfigureAwait(false);
            report(tries);
            attack = attack with { Tries = tries };
            // The first suffix is where the walk begins, whatever it does.
            if (tries > 1 && score > attack.BestScore)
                continue;
            suffix = changed;
            attack = attack with { BestScore = score };
            if (!passes)
                continue;
            passedAt ??= tries;
            if (await IsAnsweredAsync(text, cancellationToken).ConfigureAwait(false))
                return attack with { PassedAt = passedAt, AnsweredAt = tries, Suffix = string.Join(' ', changed) };
        }

        return attack with { PassedAt = passedAt };
    }

    private async Task<(bool Passes, float Score)> LookAsync(string text, CancellationToken cancellationToken)
    {
        var verdict = (await model.ClassifyAsync(Request(text), cancellationToken).ConfigureAwait(false)).Verdict;
        return verdict.IsError || verdict.PromptScore is not { } score
            ? throw new SafeSwitchException($"The guard could not look at a request of {text.Length} characters: {verdict.Reason}")
            : (verdict.Action == VerdictAction.Continue, score);
    }

    private async Task<bool> IsAnsweredAsync(string text, CancellationToken cancellationToken)
    {
        var result = await model.GenerateAsync(Request(text) with { MaxNewTokens = options.AnswerTokens }, cancellationToken).ConfigureAwait(false);
        return !result.Intervened && !options.Rules.IsRefusal(result.Text);
    }

    private GenerationRequest Request(string text) => new() { Messages = [PromptMessage.User(text)], PolicyName = options.Policy };

    private int SeedOf(string key) => BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Seed}/{key}")));

    [GeneratedRegex(@"\p{L}{3,}", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}

/// <summary>What came of one request.</summary>
public sealed record SuffixAttack
{
    /// <summary>The row's key.</summary>
    public required string Row { get; init; }

    /// <summary>The guard's score of the request as it comes, in [0, 1].</summary>
    public required float Score { get; init; }

    /// <summary>The score of the last suffix that was kept, in [0, 1].</summary>
    public required float BestScore { get; init; }

    /// <summary>Suffixes that were tried.</summary>
    public int Tries { get; init; }

    /// <summary>The try after which the prompt stage first let the request pass; 0 if it does as it comes, <see langword="null"/> if it never did.</summary>
    public int? PassedAt { get; init; }

    /// <summary>The try after which the guarded model answered; 0 if it does as it comes, <see langword="null"/> if it never did.</summary>
    public int? AnsweredAt { get; init; }

    /// <summary>What stood behind the request then.</summary>
    public string? Suffix { get; init; }
}
