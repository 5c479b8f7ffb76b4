using SafeSwitch.Tokenization.Json;
using SafeSwitch.Tokenization.Bpe;
using SafeSwitch.Tokenization.Pipeline.AddedTokens;
using SafeSwitch.Tokenization.Pipeline.Decoders;
using SafeSwitch.Tokenization.Pipeline.Normalizers;
using SafeSwitch.Tokenization.Pipeline.PostProcessors;
using SafeSwitch.Tokenization.Pipeline.PreTokenizers;

namespace SafeSwitch.Tokenization.Loading;

/// <summary>What a <c>tokenizer.json</c> says, read and checked as a whole before anything is built on it.</summary>
internal sealed record TokenizerDefinition(
    IReadOnlyList<AddedToken> AddedTokens,
    Normalizer? Normalizer,
    PreTokenizer? PreTokenizer,
    BpeModel Model,
    PostProcessor PostProcessor,
    Decoder? Decoder)
{
    public static TokenizerDefinition Read(JsonCursor root)
    {
        var model = ReadModel(root.Required("model"));
        return new TokenizerDefinition(
            ReadAddedTokens(root.Optional("added_tokens"), model.Vocabulary),
            Normalizer.Read(root.Optional("normalizer")),
            PreTokenizer.Read(root.Optional("pre_tokenizer")),
            model,
            PostProcessor.Read(root.Optional("post_processor")),
            Decoder.Read(root.Optional("decoder")));
    }

    private static BpeModel ReadModel(JsonCursor model)
    {
        var type = model.Optional("type");
        // Old files do not name the type; a model with merges is BPE.
        if (type.IsNull && !model.Optional("merges").IsNull)
            return BpeModel.Read(model);
        if (type.IsNull)
            throw model.Error("has no type; supported: BPE");
        return type.String() == "BPE" ? BpeModel.Read(model) : throw type.Unsupported("model", type.String(), "BPE");
    }

    private static List<AddedToken> ReadAddedTokens(JsonCursor tokens, Vocabulary vocabulary)
    {
        List<AddedToken> result = [];
        if (tokens.IsNull)
            return result;
        foreach (var json in tokens.Items())
        {
            var token = AddedToken.Read(json);
            if (token.Id is < 0 or > Vocabulary.MaximumId)
                throw json.Error($"has the id {token.Id}, out of the range of ids (0 to {Vocabulary.MaximumId})");
            // The vocabulary's own id wins, as in the reference.
            result.Add(vocabulary.TryGetId(token.Content, out var id) ? token with { Id = id } : token);
        }

        return result;
    }
}
