using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace SafeSwitch.Benchmarks.Judging;

/// <summary>Counts what a judge is asked and what that takes.</summary>
internal sealed class JudgeMeter(IChatClient inner) : DelegatingChatClient(inner)
{
    private readonly List<double> milliseconds = [];
    private long tokens;

    public int Calls => milliseconds.Count;

    public double MedianMilliseconds => Calls == 0 ? 0 : Median.Of(milliseconds);

    public double TokensPerCall => Calls == 0 ? 0 : (double)tokens / Calls;

    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var started = Stopwatch.GetTimestamp();
        var response = await base.GetResponseAsync(messages, options, cancellationToken);
        milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        tokens += response.Usage?.TotalTokenCount ?? 0;
        return response;
    }
}
