using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Prompts;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Tokenization;

namespace SafeSwitch.Cli.Render;

/// <summary>The prompt that a chat template makes of messages: shown, or as JSON lines.</summary>
internal sealed class RenderVerb : Verb
{
    private readonly Argument<string?> model = new("MODEL") { Description = "A model folder; not needed with --template", Arity = ArgumentArity.ZeroOrOne };

    private readonly Argument<string?> text = new("TEXT")
    {
        Description = "What a user says, to show one prompt; without it, JSON lines are read: {\"messages\", \"tools\"?, \"add_generation_prompt\"?, …}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> template = new("--template") { Description = "A chat template to use instead of the model's", HelpName = "FILE" };

    private readonly Option<string?> now = new("--now") { Description = "The time that the template is told, such as 2025-07-10T12:00", HelpName = "TIME" };

    public RenderVerb()
        : base("render", "Shows the prompt that a chat template makes of messages, or turns JSON lines of conversations into prompts",
            new Example("render models/smollm2-135m-instruct \"Hello\"", "see which tokens are the template's and which the user's"),
            new Example("render models/smollm2-135m-instruct < conversations.jsonl", "prompts for a script: {\"messages\"} in, {\"text\", \"ids\", \"content\"} out"),
            new Example("render --template chat_template.jinja --now 2025-07-10T12:00 < conversations.jsonl", "try a template without a model"))
    {
        Add(model);
        Add(text);
        Add(template);
        Add(now);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var (folder, single) = (call.Arguments.GetValue(model), call.Arguments.GetValue(text));
        var own = call.Get(template) is { } file ? PromptFiles.Template(file) : null;
        // With a template of its own, a lone argument that isn't a folder is the text.
        if (own is not null && single is null && folder is not null && !Directory.Exists(folder))
            (folder, single) = (null, folder);
        if (folder is null && own is null)
            throw new UsageException("Name a model folder, or a template with --template.");
        var loaded = folder is null ? null : PromptFiles.Model(folder);
        var chosen = own ?? loaded!.Template ?? throw new SafeSwitchException($"{folder} has no chat template; name one with --template.");
        var options = new TemplateOptions { Clock = Clock(call.Get(now)) };
        if (single is null)
            return JsonLines.AnswerAsync(call, request => Answer(loaded, chosen, request, options));
        var question = new JsonObject
        {
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = single }),
            ["add_generation_prompt"] = true,
        };
        Show(call, loaded, chosen, question, options);
        return Task.FromResult(ExitCodes.Done);
    }

    private static void Show(VerbCall call, ModelTokenizer? loaded, ChatTemplate chosen, JsonObject question, TemplateOptions options)
    {
        try
        {
            if (call.IsJson)
            {
                call.Terminal.Output.WriteLine(JsonLines.Text(Answer(loaded, chosen, question, options)));
                return;
            }

            var rendered = Render(loaded, chosen, question, options);
            call.Terminal.Output.WriteLine(SafeText.For(call.Terminal, rendered.Text));
            if (loaded?.Encode(rendered) is { } encoding)
                TokenTable.Write(call.Terminal, loaded.Tokenizer, encoding.Ids, encoding.Content);
        }
        catch (ChatTemplateException e)
        {
            throw new SafeSwitchException(e.Message, e);
        }
    }

    private static JsonObject Answer(ModelTokenizer? loaded, ChatTemplate chosen, JsonObject request, TemplateOptions options)
    {
        if (request["messages"] is not JsonArray)
            throw new FormatException("the line has no \"messages\"");
        var rendered = Render(loaded, chosen, request, options);
        var answer = new JsonObject { ["text"] = rendered.Text };
        if (loaded?.Encode(rendered) is not { } encoding)
        {
            answer["content"] = JsonLines.Ranges(rendered.Content);
            return answer;
        }

        answer["ids"] = JsonLines.Numbers(encoding.Ids);
        answer["content"] = JsonLines.Ranges(encoding.Content);
        return answer;
    }

    /// <summary>What a line leaves out is what the reference passes: no tools, no documents, no opening of an answer, the model's own tokens.</summary>
    private static RenderedPrompt Render(ModelTokenizer? loaded, ChatTemplate chosen, JsonObject request, TemplateOptions options)
    {
        request.TryAdd("tools", null);
        request.TryAdd("documents", null);
        request.TryAdd("add_generation_prompt", JsonValue.Create(false));
        foreach (var (name, token) in loaded?.SpecialTokens ?? new Dictionary<string, string>())
            request.TryAdd(name, JsonValue.Create(token));
        return chosen.RenderVariables(request, options);
    }

    private static TimeProvider Clock(string? time) => time is null ? TimeProvider.System
        : DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? new StoppedClock(moment)
            : throw new UsageException($"'{time}' isn't a time; write it like 2025-07-10T12:00.");

    private sealed class StoppedClock(DateTimeOffset moment) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => moment;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
