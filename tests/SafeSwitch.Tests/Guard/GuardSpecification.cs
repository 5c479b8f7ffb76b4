using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Guard;

/// <summary>A request, and what its monitor says at each look in turn; <see langword="null"/> where it fails.</summary>
internal sealed record GuardCase(
    int EndOdds, SafetyPolicy Policy, VerdictAction?[] Looks, bool IsAsynchronous, int Limit, int? Seed, string[] Stops, int FaultAt, int FaultKind)
{
    public SamplingOptions Sampling => Seed is null ? SamplingOptions.Greedy : new SamplingOptions { Temperature = 0.9f, TopP = 0.95f, Seed = Seed };
}

/// <summary>
/// What the guard must say, written as the rules read: no session, no window, no text in pieces; every text is made anew from all the
/// tokens it may be made of.
/// </summary>
internal sealed class GuardSpecification(ToyModel model, int[] prompt, GuardCase request)
{
    private readonly SafetyPolicy policy = request.Policy;
    private readonly List<int> tokens = [];
    private string before = "";
    private int beginning;
    private int looks;
    private int limit = Math.Min(request.Limit, 64 - prompt.Length);
    private string? adapter;

    public IReadOnlyList<int> Tokens => tokens;

    public string Text { get; private set; } = "";

    public int Discarded { get; private set; }

    public bool Intervened { get; private set; }

    public FinishReason Finish { get; private set; }

    public GuardSpecification Run()
    {
        var first = Look();
        if (first == VerdictAction.Intervene && policy.Intervention != Intervention.ObserveOnly && Intervene())
            return this;
        var window = first == VerdictAction.Pilot ? policy.PilotTokens : policy.WatchEvery;
        var sampler = new Sampler(request.Sampling);
        while (true)
        {
            // One stretch: the window's tokens, or a single one that nobody looks at.
            List<int> stretch = [];
            var isEnd = false;
            while (!isEnd && stretch.Count < Math.Max(1, window) && tokens.Count + stretch.Count < limit)
            {
                int[] own = [.. tokens[beginning..], .. stretch];
                var token = sampler.Next(model.Logits([.. prompt, .. own], adapter), prompt, own);
                isEnd = token == ToyModel.EndToken;
                if (!isEnd)
                    stretch.Add(token);
            }

            var intervenes = window > 0 && stretch.Count > 0 && Look() == VerdictAction.Intervene;
            if (intervenes && policy.Intervention != Intervention.ObserveOnly)
            {
                Discarded += stretch.Count;
                if (Intervene())
                    return this;
                sampler = new Sampler(request.Sampling);
                window = policy.WatchEvery;
                continue;
            }

            foreach (var token in stretch)
            {
                tokens.Add(token);
                if (Show(isEnd: false))
                {
                    Finish = FinishReason.StopString;
                    return this;
                }
            }

            if (isEnd || tokens.Count == limit)
            {
                var isStopped = Show(isEnd: true);
                Finish = isStopped ? FinishReason.StopString : isEnd ? FinishReason.EndOfAnswer : FinishReason.Length;
                return this;
            }

            window = window > 0 ? policy.WatchEvery : 0;
        }
    }

    private VerdictAction Look()
    {
        var look = looks < request.Looks.Length ? request.Looks[looks] : VerdictAction.Continue;
        if (looks++ > 0 && look == VerdictAction.Pilot)
            look = null;
        return look ?? (policy.FailureMode == FailureMode.Closed ? VerdictAction.Intervene : VerdictAction.Continue);
    }

    /// <returns>Whether the answer is over.</returns>
    private bool Intervene()
    {
        before = Text.Length == 0 ? "" : Text + (EndsASentence(Text) ? "\n\n" : "…\n\n");
        beginning = tokens.Count;
        var isRepeated = Intervened;
        Intervened = true;
        if (policy.Intervention == Intervention.RefusalAdapter && !isRepeated)
        {
            adapter = "refusal";
            limit = Math.Min(limit, tokens.Count + (policy.AdapterTokens ?? limit));
            return false;
        }

        var hasText = policy.FixedRefusal.Length > 0 && (isRepeated || policy.Intervention == Intervention.FixedRefusal);
        Finish = hasText ? FinishReason.FixedRefusal : FinishReason.Stopped;
        if (hasText)
            Text = before + policy.FixedRefusal;
        return true;
    }

    private static bool EndsASentence(string text)
    {
        var last = text.TrimEnd() is { Length: > 0 } trimmed ? trimmed[^1] : '\n';
        return !char.IsLetterOrDigit(last) && last is not (',' or ';' or '-');
    }

    /// <returns>Whether a stop string was met.</returns>
    private bool Show(bool isEnd)
    {
        var whole = ByteTokenizer.Decode(tokens[beginning..], isEnd);
        var stop = request.Stops.Select(s => (Start: whole.IndexOf(s, StringComparison.Ordinal), s.Length)).Where(m => m.Start >= 0)
            .OrderBy(m => m.Start + m.Length).ThenBy(m => m.Start).Select(m => m.Start).FirstOrDefault(-1);
        var shown = stop >= 0 ? stop : whole.Length;
        if (stop < 0 && !isEnd)
        {
            var kept = request.Stops.SelectMany(s => Enumerable.Range(1, s.Length - 1).Select(n => s[..n]))
                .Where(s => whole.EndsWith(s, StringComparison.Ordinal)).Select(s => s.Length).DefaultIfEmpty(0).Max();
            shown -= kept;
        }

        Text = shown == 0 ? Text : before + whole[..shown];
        return stop >= 0;
    }
}
