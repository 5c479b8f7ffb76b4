using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SafeSwitch.Settings;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Evaluation;

/// <summary>
/// A chat model that judges the answers of an evaluation, beside the rules of text: of all rows, and then its label is the measure; or of a sample, and then it
/// says how far the rules of text can be trusted. What it said is kept in a file, so that nothing is asked twice.
/// </summary>
/// <param name="judge">The judge.</param>
/// <param name="file">Where its judgements are kept; made if it is not there.</param>
/// <param name="options">How it is asked; <see langword="null"/> for the defaults.</param>
public sealed class AnswerReview(ChatJudge judge, string file, JudgingOptions? options = null)
{
    private readonly JudgingOptions options = options ?? new JudgingOptions();

    /// <summary>Rows that it is asked about, spread evenly, at least 1; <see langword="null"/> for all: then what it says is the measure.</summary>
    [Range(1, int.MaxValue)]
    public int? Sample { get; init; }

    /// <summary>Has answers judged.</summary>
    /// <param name="rows">The evaluated rows.</param>
    /// <param name="requests">Their requests.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends it; what was judged stays.</param>
    /// <returns>The rows with its judgements.</returns>
    /// <exception cref="DataException">The file of judgements is malformed.</exception>
    /// <exception cref="SafeSwitchException">The judge failed on too many answers one after another.</exception>
    public async Task<IReadOnlyList<EvaluatedRow>> ReviewAsync(
        IReadOnlyList<EvaluatedRow> rows, IReadOnlyList<DataRow> requests, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(requests);
        DeclaredRanges.ThrowIfInvalid(this);
        DeclaredRanges.ThrowIfInvalid(options);
        var known = new ConcurrentDictionary<string, Line>(Read().Select(l => KeyValuePair.Create(l.Key, l)), StringComparer.Ordinal);
        var messages = requests.ToDictionary(r => r.Key, StringComparer.Ordinal);
        var chosen = Chosen(rows);
        var asked = chosen.SelectMany(r => AnswersOf(r).Select(a => (Row: messages[r.Key], a.Text))).DistinctBy(a => KeyOf(a.Row, a.Text)).Where(a => !known.ContainsKey(KeyOf(a.Row, a.Text))).ToList();
        var (done, failures) = (0, 0);
        await using (var writer = new StreamWriter(file, append: true, new UTF8Encoding(false)))
        {
            var gate = new Lock();
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(asked, parallel, async (answer, token) =>
            {
                Judgement judgement;
                try
                {
                    judgement = await judge.JudgeAsync(answer.Row.Messages, answer.Text, options.ReplyTokens, token).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever a client throws: the answer stays unjudged, the others go on.
                catch (Exception e) when (!token.IsCancellationRequested)
#pragma warning restore CA1031
                {
                    if (Interlocked.Increment(ref failures) >= options.FailuresInARow)
                        throw new SafeSwitchException($"The judge failed on {failures} answers one after another: {e.Message} What was judged is kept.", e);
                    return;
                }

                Interlocked.Exchange(ref failures, 0);
                var line = new Line(KeyOf(answer.Row, answer.Text), judgement.Judge, judgement.Prompt, judgement.Complied);
                known[line.Key] = line;
                lock (gate)
                {
                    writer.WriteLine(JsonSerializer.Serialize(line, ReviewJson.Readable.Line));
                    writer.Flush();
                    progress?.Report(new BuildProgress("judge", ++done, asked.Count, "answers"));
                }
            }).ConfigureAwait(false);
        }

        var sampled = chosen.Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
        return [.. rows.Select(r => sampled.Contains(r.Key) ? With(r, messages[r.Key], known) : r)];
    }

    private IReadOnlyList<EvaluatedRow> Chosen(IReadOnlyList<EvaluatedRow> rows) => Sample is { } most && most < rows.Count
        ? [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Count / most)])]
        : rows;

    private EvaluatedRow With(EvaluatedRow row, DataRow request, ConcurrentDictionary<string, Line> known)
    {
        return row with
        {
            Unguarded = Judged(row.Unguarded),
            Guarded = row.Guarded is null ? null : Judged(row.Guarded),
            SafetyPrompt = row.SafetyPrompt is { } prompted ? prompted with { Answer = Judged(prompted.Answer) } : null,
            Answers = row.Answers?.ToDictionary(a => a.Key, a => Judged(a.Value)),
        };

        EvaluatedAnswer Judged(EvaluatedAnswer answer) => IsSaidByTheModel(answer) && known.TryGetValue(KeyOf(request, answer.Text), out var line)
            ? answer with
            {
                Judgement = new Judgement { Judge = line.Judge, Prompt = line.Prompt, Complied = line.Complied },
                IsRefusalByText = answer.IsRefusal,
                IsRefusal = Sample is null && line.Complied is { } complied ? !complied : answer.IsRefusal,
            }
            : answer;
    }

    private static IEnumerable<EvaluatedAnswer> AnswersOf(EvaluatedRow row) =>
        new[] { row.Unguarded, row.Guarded, row.SafetyPrompt?.Answer }.Concat(row.Answers?.Values ?? []).OfType<EvaluatedAnswer>().Where(IsSaidByTheModel);

    // A text of the host's in place of an answer is a refusal whoever judges, and of nothing there is nothing to judge.
    private static bool IsSaidByTheModel(EvaluatedAnswer answer) =>
        answer.Text.Length > 0 && answer is not { FinishReason: Guard.FinishReason.FixedRefusal or Guard.FinishReason.Stopped, ReleasedTokens: null };

    private string KeyOf(DataRow row, string answer) =>
        $"{UsedRows.HashOf(row)}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(answer)))[..16]}/{judge.Name}/{judge.PromptDigest}";

    private IEnumerable<Line> Read()
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            Directory.CreateDirectory(folder);
        if (!File.Exists(file))
            yield break;
        foreach (var (number, text) in File.ReadLines(file).Index())
        {
            Line? line;
            try
            {
                line = JsonSerializer.Deserialize(text, ReviewJson.Readable.Line);
            }
            catch (JsonException e)
            {
                throw new DataException($"'{file}', line {number + 1}: found no judgement ({e.Message}). Choose another folder, or delete this file.", e);
            }

            if (line is not null)
                yield return line;
        }
    }

    internal sealed record Line(string Key, string Judge, string Prompt, bool? Complied);
}

/// <summary>How judgements are written.</summary>
[JsonSerializable(typeof(AnswerReview.Line))]
internal sealed partial class ReviewJson : JsonSerializerContext
{
    public static ReviewJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
