using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Cli.Judge;

/// <summary>Whether collected answers complied.</summary>
internal sealed class JudgeVerb : Verb
{
    private readonly Argument<string?> states = new("STATES") { Description = "A folder that `collect` wrote", Arity = ArgumentArity.ZeroOrOne };
    private readonly EndpointOptionSet endpoint = new();
    private readonly RefusalPatternOption patterns = new();
    private readonly Option<string?> refusals = new("--refusals") { Description = "The texts that you refuse with: an answer that begins as one of them does is a refusal", HelpName = "FILE.json" };
    private readonly Option<string> shard = new("--shard") { Description = "Judge one part of the answers only, such as 2/4, for several processes; the same command without it then asks what is left", HelpName = "I/N", DefaultValueFactory = _ => "1/1" };
    private readonly Option<bool> showPrompt = new("--show-prompt") { Description = "Print the prompt that the endpoint is asked with, and do nothing else" };

    public JudgeVerb()
        : base(
            "judge",
            "Labels whether collected answers complied: by the built-in refusal matcher, and by a chat model if you name one",
            new("judge states/phi-3", "by the current refusal matcher"),
            new("judge states/phi-3 --endpoint http://localhost:8000/v1 --model qwen2.5-72b-instruct", "also by a model; what was judged before is not asked again"),
            new("judge states/phi-3 --endpoint https://api.openai.com/v1 --model gpt-4.1-mini --api-key-env OPENAI_API_KEY --prompt mine.txt", "with a key and a prompt of your own"),
            new("judge states/phi-3 --refusals refusals.json --refusal-pattern \"^leider kann ich\"", "and what else is a refusal of yours"),
            new("judge --show-prompt > mine.txt", "the prompt, to start your own from"))
    {
        Add(states);
        endpoint.AddTo(this);
        patterns.AddTo(this);
        Add(refusals);
        Add(shard);
        Add(showPrompt);
    }

    public override bool IsResumable => true;

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var prompt = endpoint.Prompt(call);
        if (call.Get(showPrompt))
        {
            if (call.IsJson)
                call.WriteJson(new JudgePromptDocument(prompt.Text, prompt.Digest), JudgeJson.Default);
            else
                await call.Terminal.Output.WriteAsync(prompt.Text).ConfigureAwait(false);
            return ExitCodes.Done;
        }

        var folder = call.Arguments.GetValue(states) ?? throw new UsageException("STATES is missing: name a folder that `collect` wrote.");
        var asked = endpoint.Client(call);
        using var client = asked?.Client;
        var judge = asked is { } named ? new ChatJudge(named.Client, named.Model, prompt) : null;
        var rules = patterns.Rules(call, call.Get(refusals) is { } texts ? RefusalTexts.Read(texts) : null);
        JudgingSummary summary;
        using (var progress = new ProgressLine(call.Terminal))
        {
            summary = await StateJudge.JudgeAsync(folder, judge, endpoint.Options(call), progress, rules, ShardName.Parse(call.Get(shard)!), call.CancellationToken).ConfigureAwait(false);
        }

        if (call.IsJson)
            call.WriteJson(summary, JudgeJson.Default);
        else
            JudgeReport.Write(call.Terminal, summary);
        if (summary.OtherLanguages > 0)
            call.Warn($"{summary.OtherLanguages} answers are in other languages than English, which the refusal matcher can't read: it calls them complying. Say with --refusal-pattern how they refuse, or ask a judge with --endpoint");
        if (summary.Failed == 0)
            return ExitCodes.Done;
        call.Warn($"the judge failed on {summary.Failed} answers ({summary.LastFailure}); the same command asks about them again");
        return ExitCodes.Failed;
    }
}
