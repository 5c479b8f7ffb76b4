using System.CommandLine;
using Microsoft.Extensions.AI;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Pipeline;

namespace SafeSwitch.Cli.Judge;

/// <summary>An OpenAI-compatible endpoint and how it is asked.</summary>
internal sealed class EndpointOptionSet
{
    private static readonly JudgingOptions Defaults = new();
    private static readonly RecipeJudge Endpoint = new() { Endpoint = "", Model = "" };

    private readonly Option<string?> endpoint = new("--endpoint") { Description = "An OpenAI-compatible endpoint that also judges; requests and answers are sent there", HelpName = "URL" };
    private readonly Option<string?> model = new("--model") { Description = "The endpoint's model to ask", HelpName = "NAME" };
    private readonly Option<string?> keyVariable = new("--api-key-env") { Description = "The environment variable that holds the endpoint's key, if it wants one", HelpName = "VAR" };
    private readonly Option<string?> prompt = new("--prompt") { Description = "What to ask instead of the prompt that --show-prompt prints: a text with {request} and {answer} that wants yes or no", HelpName = "FILE" };
    private readonly Option<int> concurrency = new Option<int>("--concurrency") { Description = "Number of answers judged at the same time, at most", DefaultValueFactory = _ => Defaults.Concurrency }.WithinRangeOf<int, JudgingOptions>(nameof(JudgingOptions.Concurrency));
    private readonly Option<int> retries = new Option<int>("--retries") { Description = "How often a request that met 429, 5xx or no reply is retried, after ever longer waits", DefaultValueFactory = _ => Endpoint.Retries }.WithinRangeOf<int, RecipeJudge>(nameof(RecipeJudge.Retries));
    private readonly Option<int> timeout = new Option<int>("--timeout") { Description = "Seconds to wait for a reply", DefaultValueFactory = _ => Endpoint.Timeout }.WithinRangeOf<int, RecipeJudge>(nameof(RecipeJudge.Timeout));
    private readonly Option<int> replyTokens = new Option<int>("--reply-tokens") { Description = "Maximum number of tokens in a reply; models that reason first need more than a word", DefaultValueFactory = _ => Defaults.ReplyTokens }.WithinRangeOf<int, JudgingOptions>(nameof(JudgingOptions.ReplyTokens));

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { endpoint, model, keyVariable, prompt, concurrency, retries, timeout, replyTokens })
            command.Add(option);
    }

    public JudgingOptions Options(VerbCall call) => new() { Concurrency = call.Get(concurrency), ReplyTokens = call.Get(replyTokens) };

    public JudgePrompt Prompt(VerbCall call) => call.Get(prompt) is { } file ? JudgePrompt.Read(file) : JudgePrompt.Default;

    /// <summary>A client for the endpoint; <see langword="null"/> if none is named.</summary>
    public (IChatClient Client, string Model)? Client(VerbCall call)
    {
        var (url, name) = (call.Get(endpoint), call.Get(model));
        if (url is null && name is null)
            return null;
        if (url is null || name is null)
            throw new UsageException($"Found {(url is null ? "--model without --endpoint" : "--endpoint without --model")}, expected both or neither.");
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--endpoint: found '{url}', expected an address such as http://localhost:8000/v1.");

        return (JudgeEndpoint.Connect(new RecipeJudge
        {
            Endpoint = url,
            Model = name,
            ApiKeyEnv = call.Get(keyVariable),
            Retries = call.Get(retries),
            Timeout = call.Get(timeout),
        }), name);
    }
}
