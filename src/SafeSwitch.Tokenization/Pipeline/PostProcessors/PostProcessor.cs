using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline.PostProcessors;

/// <summary>The tokens that a model expects around every text, such as a start-of-text token.</summary>
internal sealed record PostProcessor(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static readonly PostProcessor None = new([], []);

    private const string Supported = "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing, Sequence";

    public static PostProcessor Read(JsonCursor json)
    {
        if (json.IsNull)
            return None;
        var type = json.Required("type");
        switch (type.String())
        {
            // Changes offsets only, which are not part of what is returned.
            case "ByteLevel":
                return None;
            case "TemplateProcessing":
                return ReadTemplate(json);
            case "BertProcessing" or "RobertaProcessing":
                return new PostProcessor([IdOfPair(json.Required("cls"))], [IdOfPair(json.Required("sep"))]);
            case "Sequence":
                // Each step wraps what the step before it made.
                return json.Required("processors").Items().Select(Read)
                    .Aggregate(None, (inner, outer) => new PostProcessor([.. outer.Before, .. inner.Before], [.. inner.After, .. outer.After]));
            case var other:
                throw type.Unsupported("post-processor", other, Supported);
        }
    }

    private static PostProcessor ReadTemplate(JsonCursor json)
    {
        List<int> before = [], after = [];
        var side = before;
        var tokens = json.Required("special_tokens");
        var single = json.Required("single");
        foreach (var item in single.Items())
        {
            var special = item.Optional("SpecialToken");
            if (special.IsNull)
            {
                if (side == after || item.Required("Sequence").Required("id").String() != "A")
                    throw item.Error("is not supported: a template for a single text names the sequence A once");
                side = after;
                continue;
            }

            var id = special.Required("id");
            var entry = tokens.Optional(id.String());
            if (entry.IsNull)
                throw id.Error($"names '{id.String()}', which is not among special_tokens");
            side.AddRange(entry.Required("ids").Items().Select(i => i.Int()));
        }

        return side == after ? new PostProcessor(before, after) : throw single.Error("does not name the sequence A");
    }

    private static int IdOfPair(JsonCursor pair)
    {
        JsonCursor[] items = [.. pair.Items()];
        return items.Length == 2 ? items[1].Int() : throw pair.Error($"holds {items.Length} values, expected a token and its id");
    }
}
