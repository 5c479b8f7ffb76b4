using System.CommandLine;
using System.Text.Json.Nodes;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Prompts;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Tokenization;

namespace SafeSwitch.Cli.Tokenize;

/// <summary>The tokens of a text, and back: shown, or as JSON lines.</summary>
internal sealed class TokenizeVerb : Verb
{
    private readonly Argument<string> model = new("MODEL") { Description = "A model folder, or its tokenizer.json" };

    private readonly Argument<string?> text = new("TEXT")
    {
        Description = "One text to show; without it, JSON lines are read: {\"text\"} or, with --decode, {\"ids\"}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> asContent = new("--as-content") { Description = "Encode as a message's text: no special token comes of it" };

    private readonly Option<bool> noSpecial = new("--no-special") { Description = "Add no special tokens around the text; with --decode, leave them out" };

    private readonly Option<bool> decode = new("--decode") { Description = "From ids to text" };

    public TokenizeVerb()
        : base("tokenize", "Shows the tokens of a text, or turns JSON lines of texts into tokens",
            new Example("tokenize models/smollm2-135m-instruct \"Hello<|im_end|>\"", "see where the tokens of a text begin and end"),
            new Example("tokenize models/smollm2-135m-instruct --as-content < texts.jsonl", "tokens for a script: {\"text\"} in, {\"ids\", \"pieces\", \"content\"} out"),
            new Example("tokenize models/smollm2-135m-instruct --decode < ids.jsonl", "{\"ids\"} in, {\"text\"} out"))
    {
        Add(model);
        Add(text);
        Add(asContent);
        Add(noSpecial);
        Add(decode);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var tokenizer = PromptFiles.Tokenizer(call.Get(model));
        if (call.Arguments.GetValue(text) is not { } single)
            return JsonLines.AnswerAsync(call, request => Answer(call, tokenizer, request));
        if (call.Get(decode))
            ShowText(call, Decode(call, tokenizer, [.. single.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(ParseId)]));
        else
            ShowTokens(call, tokenizer, single);
        return Task.FromResult(ExitCodes.Done);
    }

    private static void ShowText(VerbCall call, string text) => call.Terminal.Output.WriteLine(
        call.IsJson ? JsonLines.Text(new JsonObject { ["text"] = text }) : SafeText.For(call.Terminal, text));

    private void ShowTokens(VerbCall call, TokenizerModel tokenizer, string text)
    {
        if (call.IsJson)
        {
            call.Terminal.Output.WriteLine(JsonLines.Text(Answer(call, tokenizer, new JsonObject { ["text"] = text })));
            return;
        }

        var (ids, content) = Encode(call, tokenizer, text);
        TokenTable.Write(call.Terminal, tokenizer, ids, content);
    }

    private static int ParseId(string id) => int.TryParse(id, out var number) ? number : throw new UsageException($"'{id}' isn't a token id.");

    private JsonObject Answer(VerbCall call, TokenizerModel tokenizer, JsonObject request)
    {
        if (call.Get(decode))
        {
            var list = request["ids"] as JsonArray ?? throw new FormatException("the line has no \"ids\"");
            return new JsonObject { ["text"] = Decode(call, tokenizer, [.. list.Select(id => id!.GetValue<int>())]) };
        }

        var given = request["text"] ?? throw new FormatException("the line has no \"text\"");
        var (ids, content) = Encode(call, tokenizer, given.GetValue<string>());
        return new JsonObject
        {
            ["ids"] = JsonLines.Numbers(ids),
            ["pieces"] = new JsonArray([.. ids.Select(id => (JsonNode?)JsonValue.Create(tokenizer.IdToToken(id)))]),
            ["content"] = JsonLines.Ranges(content),
        };
    }

    private string Decode(VerbCall call, TokenizerModel tokenizer, int[] ids) => tokenizer.Decode(ids, skipSpecialTokens: call.Get(noSpecial));

    private (int[] Ids, ContentSpan[] Content) Encode(VerbCall call, TokenizerModel tokenizer, string given)
    {
        if (!call.Get(asContent))
            return (tokenizer.Encode(given, addSpecialTokens: !call.Get(noSpecial)), []);
        var plain = tokenizer.EncodeContent(given);
        var ids = call.Get(noSpecial) ? plain : tokenizer.EncodeContent(given, addSpecialTokens: true);
        var start = Math.Max(0, ids.AsSpan().IndexOf(plain));
        return (ids, plain.Length == 0 ? [] : [new ContentSpan(start, start + plain.Length, -1)]);
    }
}
