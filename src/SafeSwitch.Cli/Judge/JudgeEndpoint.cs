using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Pipeline;

namespace SafeSwitch.Cli.Judge;

/// <summary>A client for the endpoint of a judge.</summary>
internal static class JudgeEndpoint
{
    public static IChatClient Connect(RecipeJudge judge)
    {
        var options = new OpenAIClientOptions
        {
            Endpoint = new Uri(judge.Endpoint),
            NetworkTimeout = TimeSpan.FromSeconds(judge.Timeout),
            RetryPolicy = new ClientRetryPolicy(judge.Retries),
        };
        return new OpenAIClient(new ApiKeyCredential(Key(judge.ApiKeyEnv)), options).GetChatClient(judge.Model).AsIChatClient();
    }

    private static string Key(string? variable)
    {
        // The library wants a key; servers without keys don't look at it.
        if (variable is null)
            return "none";
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } key
            ? key
            : throw new UsageException($"The environment variable '{variable}', which is to hold the judge's key, is not set.");
    }
}
