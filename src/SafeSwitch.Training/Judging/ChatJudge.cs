using Microsoft.Extensions.AI;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Judging;

/// <summary>
/// A chat model that judges answers. Retries, rate limits and caching are the client's matter: put what you need in front of it.
/// </summary>
/// <param name="client">The client; it stays the caller's.</param>
/// <param name="name">The name under which its judgements are recorded: the model's.</param>
/// <param name="prompt">What it is asked; <see langword="null"/> for the prompt that ships with the toolkit.</param>
public sealed class ChatJudge(IChatClient client, string name, JudgePrompt? prompt = null)
{
    private readonly JudgePrompt prompt = prompt ?? JudgePrompt.Default;

    /// <summary>The name under which its judgements are recorded.</summary>
    public string Name => name;

    internal bool HasJudged(CollectedRow row) => row.Judgement is { } standing && standing.Judge == name && standing.Prompt == prompt.Digest;

    internal async Task<Judgement> JudgeAsync(CollectedRow row, int replyTokens, CancellationToken cancellationToken)
    {
        var options = new ChatOptions { Temperature = 0, MaxOutputTokens = replyTokens };
        var response = await client.GetResponseAsync(prompt.Fill(row.Data.Messages, row.Answer!), options, cancellationToken).ConfigureAwait(false);
        return new Judgement { Judge = name, Prompt = prompt.Digest, Complied = JudgeReply.Parse(response.Text) };
    }
}
