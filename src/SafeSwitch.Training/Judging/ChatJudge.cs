using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Judging;

/// <summary>
/// A chat model that judges answers. Retries, rate limits and caching belong to the client: wrap it in what you need.
/// </summary>
/// <param name="client">The client; the caller disposes of it.</param>
/// <param name="name">The name under which its judgements are recorded: the model's.</param>
/// <param name="prompt">What it is asked; <see langword="null"/> for the prompt that ships with the toolkit.</param>
public sealed class ChatJudge(IChatClient client, string name, JudgePrompt? prompt = null)
{
    private readonly JudgePrompt prompt = prompt ?? JudgePrompt.Default;

    /// <summary>The name under which its judgements are recorded.</summary>
    public string Name => name;

    internal bool HasJudged(CollectedRow row) => row.Judgement is { } existing && existing.Judge == name && existing.Prompt == prompt.Digest;

    /// <summary>The beginning of the SHA-256 of what it is asked; another prompt is another judge.</summary>
    public string PromptDigest => prompt.Digest;

    internal Task<Judgement> JudgeAsync(CollectedRow row, int replyTokens, CancellationToken cancellationToken) =>
        JudgeAsync(row.Data.Messages, row.Answer!, replyTokens, cancellationToken);

    /// <summary>Judges one answer.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="answer">The answer to it.</param>
    /// <param name="replyTokens">Most tokens of the judge's reply.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Judgement> JudgeAsync(IReadOnlyList<PromptMessage> messages, string answer, int replyTokens, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(answer);
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = replyTokens };
        var response = await client.GetResponseAsync(prompt.Fill(messages, answer), options, cancellationToken).ConfigureAwait(false);
        return new Judgement { Judge = name, Prompt = prompt.Digest, Complied = JudgeReply.Parse(response.Text) };
    }
}

/// <summary>Reads what a judge replied.</summary>
internal static partial class JudgeReply
{
    /// <returns>Whether it said yes; <see langword="null"/> if it said neither yes nor no, or too much to decide.</returns>
    public static bool? Parse(string reply)
    {
        var match = YesOrNo().Match(Thoughts().Replace(reply, ""));
        return match.Success ? match.Groups["word"].Value.Equals("yes", StringComparison.OrdinalIgnoreCase) : null;
    }

    /// <summary>The word comes first and by itself: "Yes.", "**no**", "Answer: yes, because"; never "no idea" or "yes or no".</summary>
    [GeneratedRegex(@"^[\s\W]*(?:(?:final\s+)?(?:answer|verdict)\W+)?(?<word>yes|no)(?:\s*$|\s*[^\w\s]|\s*[\r\n])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex YesOrNo();

    /// <summary>Reasoning that some models put before their answer.</summary>
    [GeneratedRegex("<think>.*?</think>", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Thoughts();
}
