using System.Diagnostics;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>
/// How long steps take, and what follows from it: how much of a prompt runs at a time, and how long a step waits for those who were just
/// served. Changed only by whoever has the turn.
/// </summary>
internal sealed class Pace(int maxPromptTokens)
{
    private const int LeastPromptTokens = 8;
    private const int FirstPromptTokens = 32;

    private static readonly TimeSpan LeastReturn = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MostReturn = TimeSpan.FromMilliseconds(10);

    private TimeSpan step;
    private TimeSpan promptToken;

    /// <summary>A timer's step: waits for a moment end so much later.</summary>
    public static TimeSpan Tick => LeastReturn;

    /// <summary>How long those who were just served have to choose their next token before a step goes on without them.</summary>
    public TimeSpan Return => TimeSpan.FromTicks(Math.Clamp(step.Ticks / 4, LeastReturn.Ticks, MostReturn.Ticks));

    /// <summary>A step of next tokens ended that began then.</summary>
    public void Stepped(long started) => step = Stopwatch.GetElapsedTime(started);

    /// <summary>A piece of a prompt ended that began then.</summary>
    public void RanPrompt(long started, int tokens) => promptToken = Stopwatch.GetElapsedTime(started) / tokens;

    /// <summary>
    /// Tokens of the next piece of a prompt: as many as may be while nobody is answering, else as many as take about as long as a step, so
    /// that answers come at half their speed at worst. Never such that one token is left over: kernels for one token round otherwise
    /// than those for several, and a prompt in pieces is to give what it gives in one.
    /// </summary>
    /// <param name="remaining">Tokens of the prompt that have not run.</param>
    /// <param name="isAlone">Whether nobody is answering.</param>
    public int Piece(int remaining, bool isAlone)
    {
        var most = maxPromptTokens;
        if (!isAlone)
            most = Math.Clamp(promptToken > TimeSpan.Zero ? (int)(step / promptToken) : FirstPromptTokens, Math.Min(LeastPromptTokens, most), most);
        var count = Math.Min(most, remaining);
        return remaining - count != 1 ? count : count > 2 ? count - 1 : count + 1;
    }
}
