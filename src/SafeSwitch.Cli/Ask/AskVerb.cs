using System.CommandLine;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Guard;

namespace SafeSwitch.Cli.Ask;

/// <summary>One guarded answer, as it streams, and what the guard saw.</summary>
internal sealed class AskVerb : Verb
{
    private readonly BundleLoader bundle = new();
    private readonly PromptSource prompt = new();
    private readonly SamplingOptionSet sampling = new();
    private readonly Option<string?> policy = new("--policy") { Description = "A policy of the bundle instead of its default", HelpName = "NAME" };
    private readonly Option<bool> unguarded = new("--unguarded") { Description = "Let the model answer by itself, for comparison" };
    private readonly Option<string[]> stops = new("--stop") { Description = "A text that ends the answer; may be given several times", HelpName = "TEXT" };
    private readonly Option<int> maxTokens = new Option<int>("--max-tokens")
    {
        Description = "Maximum number of tokens in the answer",
        DefaultValueFactory = _ => GenerationRequest.DefaultMaxNewTokens,
    }.WithinRangeOf<int, GenerationRequest>(nameof(GenerationRequest.MaxNewTokens));

    public AskVerb()
        : base(
            "ask",
            "Answers one request under guard, as it streams, then says what the guard saw and decided",
            new("ask models/smollm2-135m-instruct \"How do I kill a Python process?\"", "one guarded answer"),
            new("ask models/smollm2-135m-instruct \"How do I pick a lock?\" --policy strict --max-tokens 80", "under another policy of the bundle"),
            new("ask models/smollm2-135m-instruct --messages chat.json --json > answer.json", "a conversation from a file, for a program"),
            new("ask models/smollm2-135m-instruct --unguarded --temperature 0.7 --seed 1 < prompt.txt", "without the guard, sampled, from standard input"))
    {
        bundle.AddTo(this);
        prompt.AddTo(this);
        Add(policy);
        Add(unguarded);
        Add(maxTokens);
        sampling.AddTo(this);
        Add(stops);
    }

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var messages = await prompt.ReadAsync(call).ConfigureAwait(false);
        var choice = sampling.Read(call);
        var model = new GuardedModel(bundle.Load(call));
        await using (model.ConfigureAwait(false))
        {
            BundleLoader.CheckPolicy(model.Manifest, call.Get(policy));
            var request = new GenerationRequest
            {
                Messages = messages,
                Sampling = choice,
                MaxNewTokens = call.Get(maxTokens),
                StopStrings = call.Get(stops) ?? [],
                PolicyName = call.Get(policy),
                Unguarded = call.Get(unguarded),
            };
            var name = request.PolicyName ?? model.Policies.DefaultPolicy;
            if (call.IsJson)
            {
                var result = await model.GenerateAsync(request, call.CancellationToken).ConfigureAwait(false);
                call.WriteJson(AskDocument.Of(result, request.Unguarded ? null : name), AskJson.Default);
            }
            else
            {
                var result = await StreamAsync(model, request, call).ConfigureAwait(false);
                AskReport.Write(call.Terminal, result, name, request.Unguarded ? null : model.Manifest.Policies[name]);
            }
        }

        return ExitCodes.Done;
    }

    protected override string? NextAfter(Exception failure, VerbCall call) => failure is BundleException ? bundle.NextAfter(call) : null;

    private static async Task<GenerationResult> StreamAsync(GuardedModel model, GenerationRequest request, VerbCall call)
    {
        GenerationResult? result = null;
        try
        {
            await foreach (var update in model.StreamAsync(request, call.CancellationToken).ConfigureAwait(false))
            {
                await call.Terminal.Output.WriteAsync(SafeText.For(call.Terminal, update.Text)).ConfigureAwait(false);
                await call.Terminal.Output.FlushAsync(call.CancellationToken).ConfigureAwait(false);
                result = update.Result;
            }
        }
        finally
        {
            // Also where the answer breaks off, so that an error does not hang on to its last line.
            await call.Terminal.Output.WriteLineAsync().ConfigureAwait(false);
        }

        await call.Terminal.Output.WriteLineAsync().ConfigureAwait(false);
        return result!;
    }
}
