using System.Text.Json;
using SafeSwitch.Bundles;

namespace SafeSwitch.Onnx.Configuration;

/// <summary>Reads <c>genai_config.json</c>, collecting every fault on the way.</summary>
internal sealed class GenAIConfigReader
{
    private readonly List<BundleProblem> problems;

    private GenAIConfigReader(List<BundleProblem> problems) => this.problems = problems;

    /// <returns><see langword="null"/> if the file is unusable; the reasons are then among the problems.</returns>
    public static GenAIConfig? Read(string folder, List<BundleProblem> problems)
    {
        var before = problems.Count;
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(Path.Combine(folder, GenAIConfig.FileName)),
                new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var config = new GenAIConfigReader(problems).Read(document.RootElement);
            return problems.Count == before ? config : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(new BundleProblem(GenAIConfig.FileName, "", "no such file", "a model folder in the ONNX Runtime GenAI layout"));
        }
        catch (JsonException e)
        {
            problems.Add(new BundleProblem(GenAIConfig.FileName, e.Path ?? "$", e.Message, "JSON"));
        }
        catch (InvalidOperationException e)
        {
            // A text whose bytes are no UTF-8 is told when it is read, not before.
            problems.Add(new BundleProblem(GenAIConfig.FileName, "$", e.Message, "JSON"));
        }

        return null;
    }

    private GenAIConfig Read(JsonElement root)
    {
        var decoder = Find(root, "model.decoder");
        var inputs = Find(decoder, "inputs");
        var outputs = Find(decoder, "outputs");
        var defaults = new DecoderNames();
        return new GenAIConfig
        {
            DecoderFile = Text(decoder, "filename") ?? Missing("model.decoder.filename", "the decoder graph's file"),
            Names = new DecoderNames
            {
                InputIds = Text(inputs, "input_ids") ?? defaults.InputIds,
                AttentionMask = Text(inputs, "attention_mask") ?? defaults.AttentionMask,
                PositionIds = Text(inputs, "position_ids") ?? defaults.PositionIds,
                Logits = Text(outputs, "logits") ?? defaults.Logits,
                PastKey = Text(inputs, "past_key_names") ?? defaults.PastKey,
                PastValue = Text(inputs, "past_value_names") ?? defaults.PastValue,
                PresentKey = Text(outputs, "present_key_names") ?? defaults.PresentKey,
                PresentValue = Text(outputs, "present_value_names") ?? defaults.PresentValue,
            },
            Layers = Count(root, "model.decoder.num_hidden_layers"),
            KeyValueHeads = Count(root, "model.decoder.num_key_value_heads"),
            HeadSize = Count(root, "model.decoder.head_size"),
            HiddenSize = Count(root, "model.decoder.hidden_size"),
            VocabularySize = Count(root, "model.vocab_size"),
            ContextLength = Count(root, "model.context_length"),
            EndTokens = ReadEndTokens(Find(root, "model.eos_token_id")),
            SharesCache = Find(root, "search.past_present_share_buffer").ValueKind == JsonValueKind.True,
            Window = OptionalCount(root, "model.decoder.sliding_window.window_size") ?? 0,
            IntraOpThreads = OptionalCount(root, "model.decoder.session_options.intra_op_num_threads"),
        };
    }

    private List<int> ReadEndTokens(JsonElement element)
    {
        const string Expected = "the id of the token that ends an answer, or a list of them";
        List<int> tokens = [];
        foreach (var item in element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().ToArray() : [element])
        {
            if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var token) && token >= 0)
                tokens.Add(token);
            else
                Missing("model.eos_token_id", Expected, item);
        }

        if (tokens.Count == 0 && element.ValueKind == JsonValueKind.Array)
            Missing("model.eos_token_id", Expected, element);
        return tokens;
    }

    private int Count(JsonElement root, string path)
    {
        var element = Find(root, path);
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) && value > 0)
            return value;
        Missing(path, "a whole number above 0", element);
        return 0;
    }

    private int? OptionalCount(JsonElement root, string path) =>
        Find(root, path).ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : Count(root, path);

    private string Missing(string path, string expected, JsonElement found = default)
    {
        problems.Add(new BundleProblem(
            GenAIConfig.FileName, path, found.ValueKind == JsonValueKind.Undefined ? "nothing" : found.GetRawText(), expected));
        return "";
    }

    private static string? Text(JsonElement parent, string name) =>
        Find(parent, name) is { ValueKind: JsonValueKind.String } element ? element.GetString() : null;

    private static JsonElement Find(JsonElement element, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return default;
        }

        return element;
    }
}
