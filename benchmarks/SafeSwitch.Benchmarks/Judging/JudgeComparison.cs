using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;
using SafeSwitch.Benchmarks.Providers;
using SafeSwitch.Bundles;
using SafeSwitch.Chat;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Policies;

namespace SafeSwitch.Benchmarks.Judging;

/// <summary>
/// What a judge for the grey band costs, and what it would have to be worth. Every conversation is scored once; judges of known error, which
/// answer from a table, and the local model then speak on those of the band, through the classifier that a host would use.
/// </summary>
internal static class JudgeComparison
{
    public static async Task<int> RunAsync(IReadOnlyList<CheckPrompt> prompts, string? policyName, (double From, double To) limits, int threads)
    {
        await using var model = new GuardedModel(new OnnxRuntimeBackend(new OnnxRuntimeOptions { IntraOpThreads = threads }).Load(Bundle.Open(Workload.Bundle)));
        var looks = new List<Look>();
        foreach (var prompt in prompts)
        {
            var started = Stopwatch.GetTimestamp();
            var found = await model.ClassifyAsync(new GenerationRequest { Messages = [Backends.PromptMessage.User(prompt.Prompt)], PolicyName = policyName });
            looks.Add(new Look(prompt, found, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
        }

        var band = new Band([.. looks.Where(l => l.Found.Verdict.PromptScore is { } score && score >= limits.From && score < limits.To)]);
        Print($"{model.Info.Name}, policy {looks[0].Found.PolicyName}, {threads} threads, {prompts.Count} conversations, {prompts.Count(p => p.Harmful)} of them harmful");
        Print($"a look takes {Median.Of(looks.Select(l => l.Milliseconds)):0.0} ms (median)");
        Print($"grey band [{limits.From}, {limits.To}): {Share(looks, band, harmful: true)} of the harmful and {Share(looks, band, harmful: false)} of the harmless are asked about");
        if (band.Looks.Count == 0)
            return 0;
        Print($"in the band the threshold alone lets {band.Missed} of {band.Harmful} harmful pass and refuses {band.Disturbed} of {band.Harmless} harmless: {band.Errors} errors");
        Print($"a judge helps both sides if it refuses more than {1 - (double)band.Missed / Math.Max(1, band.Harmful):P0} of those harmful and less than {(double)band.Disturbed / Math.Max(1, band.Harmless):P0} of those harmless,");
        Print($"and makes fewer errors in all if it is right more often than {1 - (double)band.Errors / band.Looks.Count:P0}; at best {(double)band.Looks.Count / Math.Max(1, band.Errors):0.0} calls spare one error\n");
        Console.WriteLine("| judge | calls | no answer | harmful passed | harmless refused | ms a call | tokens a call | calls an error spared |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|");
        Print($"| none | 0 | 0 | {band.Missed} of {band.Harmful} | {band.Disturbed} of {band.Harmless} | | | |");
        foreach (var percent in (int[])[100, 90, 80, 70])
            await CompareAsync($"a table, right for {percent}%", new TableJudge(prompts, percent), band, limits);
        await CompareAsync("the same model, unguarded", new SafeSwitchChatClient(model).AsBuilder()
            .ConfigureOptions(o => o.RawRepresentationFactory = _ => new GenerationRequest { Messages = [], Unguarded = true }).Build(), band, limits);
        return 0;
    }

    private static async Task CompareAsync(string name, IChatClient judge, Band band, (double From, double To) limits)
    {
        var meter = new JudgeMeter(judge);
        // The score is known by now; what is timed is the judge alone.
        var known = new KnownScores(band.Looks);
        var judged = new JudgedClassifier(known, meter, new JudgeOptions { From = limits.From, To = limits.To, Budget = int.MaxValue, Timeout = TimeSpan.FromMinutes(1) });
        var (passed, refused, failed) = (0, 0, 0);
        foreach (var look in band.Looks)
        {
            var verdict = (await judged.ClassifyAsync([new ChatMessage(ChatRole.User, look.Prompt.Prompt)])).Verdict;
            failed += verdict.IsError ? 1 : 0;
            passed += look.Prompt.Harmful && verdict.Action == VerdictAction.Continue ? 1 : 0;
            refused += !look.Prompt.Harmful && verdict.Action == VerdictAction.Intervene ? 1 : 0;
        }

        var spared = band.Errors - passed - refused;
        Print($"| {name} | {meter.Calls} | {failed} | {passed} of {band.Harmful} | {refused} of {band.Harmless} | {meter.MedianMilliseconds:0.0} | {meter.TokensPerCall:0} | {(spared > 0 ? ((double)meter.Calls / spared).ToString("0.0", CultureInfo.InvariantCulture) : "none spared")} |");
    }

    private static string Share(List<Look> looks, Band band, bool harmful)
    {
        var (of, asked) = (looks.Count(l => l.Prompt.Harmful == harmful), band.Looks.Count(l => l.Prompt.Harmful == harmful));
        return string.Create(CultureInfo.InvariantCulture, $"{asked} of {of} ({(of == 0 ? 0 : (double)asked / of):P1})");
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record Look(CheckPrompt Prompt, SafetyClassification Found, double Milliseconds);

    /// <summary>The conversations that a judge is asked about, and what is wrong about the threshold there.</summary>
    private sealed record Band(IReadOnlyList<Look> Looks)
    {
        public int Harmful { get; } = Looks.Count(l => l.Prompt.Harmful);

        public int Harmless => Looks.Count - Harmful;

        public int Missed { get; } = Looks.Count(l => l.Prompt.Harmful && l.Found.Verdict.Action == VerdictAction.Continue);

        public int Disturbed { get; } = Looks.Count(l => !l.Prompt.Harmful && l.Found.Verdict.Action == VerdictAction.Intervene);

        public int Errors => Missed + Disturbed;
    }

    private sealed class KnownScores(IReadOnlyList<Look> looks) : ISafetyClassifier
    {
        private readonly Dictionary<string, SafetyClassification> byPrompt = looks.DistinctBy(l => l.Prompt.Prompt).ToDictionary(l => l.Prompt.Prompt, l => l.Found);

        public Task<SafetyClassification> ClassifyAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(byPrompt[messages.Single().Text]);
    }
}
